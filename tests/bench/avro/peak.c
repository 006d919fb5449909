/*
 * peak.c - how much memory a command takes at most, in kB.
 *
 *	peak COMMAND [ARGUMENT...]
 *
 * A process begins with the peak of whoever started it, so that must be small.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	struct rusage used;
	int status = 1;

	if (argc > 1 && fork() == 0) {
		if (freopen("/dev/null", "w", stdout) != NULL)
			execvp(argv[1], argv + 1);
		_exit(127);
	}
	wait4(-1, &status, 0, &used);
	printf("%ld\n", used.ru_maxrss);
	return status != 0;
}
