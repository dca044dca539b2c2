/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld or a depot as a process of its own, so that it can be killed or stopped: this same program, started with
 * --handheld or --depot and a directory. It takes commands and tells what happened, line by line. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the command "cash" takes. */
#define PROCESS_CASH_FEN 3500

/* To be asked first in main(). @status: (out): what to end with. Returns: whether this was such a process. */
gboolean process_is_one (int argc, char **argv, int *status);

typedef struct
{
  GSubprocess *process;
  GDataInputStream *answers;
} Process;

/* Starts it and waits until it is ready. */
Process *process_new (const char *role, const char *directory);
/* kill -9, and waits for the end. */
void process_kill (Process *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Process, process_kill)

/* SIGSTOP and SIGCONT: as a machine that is suspended, it does nothing at all in between. */
void process_stop (Process *self);
void process_go_on (Process *self);

/* A handheld: "start" its link, "cash WAYBILL", "scan WAYBILL PAYER-CODE"; it answers "journalled" and, of itself,
 * "caught-up". A depot: "enrol" (answers with the code), "cash" (with the courier's balance in fen). */
void process_say (Process *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Returns: (transfer full): the next thing it says. */
char *process_listen (Process *self);
/* Waits until it has said @expected @n times, whatever else it says. */
void process_wait_for (Process *self, guint n, const char *expected);

G_END_DECLS
