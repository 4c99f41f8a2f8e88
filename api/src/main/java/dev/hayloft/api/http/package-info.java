/**
 * What every HTTP call needs: routing, paths and queries, conditions and ranges, bodies, streamed answers, problem
 * documents. No call of its own.
 */
@NullMarked
package dev.hayloft.api.http;

import org.jspecify.annotations.NullMarked;
