/**
 * Tests that need more than one room: architecture, tidiness, and the real server with real clients, kills and damage.
 */
@NullMarked
package dev.hayloft.it;

import org.jspecify.annotations.NullMarked;
