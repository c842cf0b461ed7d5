/* The thread that talks to the coordinator: connects, says what is running here, fetches lists, tells ends. */
#ifndef WEIR_SESSION_H
#define WEIR_SESSION_H

#include "copytool.h"

/* 0 or a negative errno. The thread takes no signals and refers to the copytool until it ends. */
int session_start(struct copytool *copytool);

/*
 * Asks it to end and waits, for little more than SESSION_FLUSH_MS: it first tells the ends it still has. Safe in signal handlers.
 */
#define SESSION_FLUSH_MS 1000
void session_stop(struct copytool *copytool);

#endif
