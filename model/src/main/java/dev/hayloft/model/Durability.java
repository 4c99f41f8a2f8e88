package dev.hayloft.model;

/** When a write is acknowledged. */
public enum Durability {
    /** After the disk has it: survives a power cut. */
    DISK,
    /** After the operating system has it: survives the death of the process; forced within a second. */
    MEMORY
}
