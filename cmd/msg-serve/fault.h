/*
 * fault.h - what a machine does to files that are mapped, said in words.
 *
 * The store's files are read as memory.  Where one was cut short, or the disk
 * cannot be read, the kernel answers with SIGBUS instead of an error, at any
 * place: all that is left is to say which file it was and to end.  Signal
 * handlers have no argument, so the name comes from the process's own list of
 * maps (/proc/self/maps; where there is none, nothing is changed).
 */
#ifndef SERVE_FAULT_H
#define SERVE_FAULT_H

/* From now on a fault in a mapped *.mdb file is a line on standard error and
 * EXIT_REFUSED (its data), EXIT_SYSTEM (its lock file: no room on the disk);
 * others do what they did.  A file that gets larger than is allowed
 * (RLIMIT_FSIZE) is an error of the write, not a signal. */
void fault_guard(void);

#endif
