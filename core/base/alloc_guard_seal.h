/*
 * What the two ways to see an allocation (interposition, sanitizer hooks) share: the thread's seal,
 * and the end of a process that broke one. For alloc_guard*.c only.
 */
#ifndef TERCEL_CORE_BASE_ALLOC_GUARD_SEAL_H
#define TERCEL_CORE_BASE_ALLOC_GUARD_SEAL_H

/* Stops the process when the calling thread is sealed; `call` is a string literal. */
void alloc_guard_note(const char *call);

#endif
