/**
 * The one scheduler of the store's jobs and its records. What a kind of job does stands elsewhere, as a
 * {@link dev.hayloft.store.job.JobTask}.
 */
@NullMarked
package dev.hayloft.store.job;

import org.jspecify.annotations.NullMarked;
