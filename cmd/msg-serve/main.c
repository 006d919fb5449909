#include <stdio.h>
#include <string.h>

#include "care.h"
#include "fault.h"
#include "net/server.h"
#include "run.h"
#include "settings.h"

int
main(int argc, char *argv[])
{
	struct settings *s = NULL;
	struct err e = ERR_INIT;
	enum opt_next next;
	int rc;

	fault_guard();
	rc = settings_read(&s, argc, argv, &next, &e);
	if (rc == 0 && next == OPT_RUN)
		rc = care_wanted(&s->opt) ? care_run(s, &e) :
		    run_server(&s, argc, argv, &e);
	settings_free(s);
	return rc < 0 ? err_report(&e, msg_serve.name) : 0;
}
