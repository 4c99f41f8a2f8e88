/** What the server counts and how it is shown: counters, latency histograms, rates, the Prometheus page. */
@NullMarked
package dev.hayloft.api.metrics;

import org.jspecify.annotations.NullMarked;
