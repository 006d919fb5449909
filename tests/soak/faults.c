/*
 * faults.so - a machine on which things go wrong, for LD_PRELOAD: the file
 * that FAULTS names is looked at all the time, a struct faults.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct faults {
	volatile int64_t full;		/* no space on any disk */
	volatile int64_t nameless;	/* no DNS */
	volatile int64_t jump_s;	/* the clock on the wall is off by */
};

static struct faults none, *faults = &none;

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("FAULTS");
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	void *p;

	if (fd < 0)
		return;
	p = mmap(NULL, sizeof *faults, PROT_READ, MAP_SHARED, fd, 0);
	if (p != MAP_FAILED)
		faults = p;
	close(fd);
}

#define REAL(name)	((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FULL()		(faults->full != 0 && (errno = ENOSPC, 1))

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	return FULL() ? -1 : REAL(pwrite64)(fd, p, n, at);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	return FULL() ? -1 : REAL(pwrite)(fd, p, n, at);
}

ssize_t
pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	return FULL() ? -1 : REAL(pwritev)(fd, v, n, at);
}

int
fdatasync(int fd)
{
	return FULL() ? -1 : REAL(fdatasync)(fd);
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int rc = REAL(clock_gettime)(id, ts);

	if (rc == 0 && id == CLOCK_REALTIME)
		ts->tv_sec += faults->jump_s;
	return rc;
}

int
getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **out)
{
	struct in6_addr a;

	if (faults->nameless != 0 && node != NULL &&
	    inet_pton(AF_INET, node, &a) != 1 &&
	    inet_pton(AF_INET6, node, &a) != 1)
		return EAI_AGAIN;
	return REAL(getaddrinfo)(node, service, hints, out);
}
