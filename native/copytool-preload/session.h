/* The thread that talks to the coordinator: connects, says what is running here, fetches lists, tells ends. */
#ifndef WEIR_SESSION_H
#define WEIR_SESSION_H

#include "copytool.h"

/* 0 or a negative errno. The thread takes no signals and refers to the copytool until it ends. */
int session_start(struct copytool *copytool);

/*
 * Under the copytool's lock: says what there is to say in the session's place while it waits, which spares waking it. False when it
 * has to be woken after all. What is not urgent waits while an answer is due, and then goes together.
 */
bool session_speak(struct copytool *copytool, bool is_urgent);

/*
 * Asks it to end and waits, for little more than SESSION_FLUSH_MS: it first tells the ends it still has. Safe in signal handlers.
 */
#define SESSION_FLUSH_MS 1000
void session_stop(struct copytool *copytool);

#endif
