/*
 * fs.h - whole files and directories.
 */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

/* read(2), going on after EINTR and waiting on EAGAIN: a descriptor that was
 * handed to us may be one that does not wait. */
ssize_t fs_read_some(int fd, void *p, size_t n);

/* Append the file's bytes, "-" is standard input.  ERR_INPUT, ERR_LIMIT. */
int fs_read(struct buf *out, const char *path, struct err *e);

/* Write beside the file, sync, rename over it: either the old or the new
 * file is there, whatever happens.  Behind a symbolic link it is its file
 * that is replaced; a device or a pipe is written to. */
int fs_replace(const char *path, const void *p, size_t n, mode_t mode,
    struct err *e);

/* The same for a file that must not exist yet: ERR_CONFLICT if it does. */
int fs_create(const char *path, const void *p, size_t n, mode_t mode,
    struct err *e);

/* Make a directory and the missing ones above it; there already is fine. */
int fs_mkdir(const char *path, mode_t mode, struct err *e);

/* So that a name in the directory, or the path's own, is there after a power
 * cut. */
int fs_sync_dir(const char *dir, struct err *e);
int fs_sync_parent(const char *path, struct err *e);

bool fs_exists(const char *path);

/* "a/b" gives (free). */
char *fs_join(const char *dir, const char *name);

/* XDG base directories: the variable, or home and the default behind it, and
 * "/msg" behind that.  Gives (free); NULL when there is no home either. */
char *fs_xdg(const char *variable, const char *under_home);

#endif
