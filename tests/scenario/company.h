/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole courier company in one process: depot, operators and their bank, with real servers on real ports. Beside it
 * handhelds (their whole program without its window) and customers (doorstep-wallet as a program of its own). */
#pragma once

#include "ds-bank-server.h"
#include "ds-depot.h"
#include "ds-door.h"
#include "ds-link.h"
#include "ds-sandbox-operator.h"

G_BEGIN_DECLS

#define COMPANY_COURIER "0317"
#define COMPANY_WATCHDOG_S 60

/* Runs the main loop until @condition holds; the test dies rather than hang. */
#define WAIT_UNTIL(condition)                                                                                \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    guint watchdog = company_set_watchdog (#condition);                                                      \
                                                                                                             \
    while (!(condition))                                                                                     \
      g_main_context_iteration (NULL, TRUE);                                                                 \
    g_source_remove (watchdog);                                                                              \
  }                                                                                                          \
  G_STMT_END

guint company_set_watchdog (const char *what);

/* For calls that end with a GAsyncResult: keeps a reference in the GAsyncResult * that user_data points to. */
void company_keep_result (GObject *source, GAsyncResult *result, gpointer user_data);

/* The company */

typedef struct
{
  char *directory;
  DsClock *clock;
  DsRandom *random;
  DsBank *bank;
  GPtrArray *operators; /* (element-type DsOperator) */
  DsBankServer *bank_server;
  DsDepot *depot;
} Company;

Company *company_new (void);
/* The same, its depot for practice. */
Company *company_new_for_practice (void);
/* Also removes everything it kept. */
void company_free (Company *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Company, company_free)

/* Returns: (transfer full): a path among what the company keeps. */
char *company_get_path (Company *self, const char *name);

/* Puts a route into a courier's feed. */
void company_import (Company *self, const char *courier, const char *csv);

/* Lets the depot ask the operators whatever it has to ask now. */
void company_settle (Company *self);

/* Returns: (transfer full): the depot's books. */
json_t *company_load_books (Company *self);
gint64 company_get_balance_fen (Company *self, const char *account);

/* Returns: what the operators' files say came in today, all operators and kinds together. */
gint64 company_sum_files_fen (Company *self);

/* Changes one of the settings' limits, as the depot's owner does: it ends and begins anew, elsewhere. */
void company_set_limit (Company *self, const char *name, gint64 value);

/* The same as company_run() for a program that answers with an object. Returns: (transfer full) (nullable): %NULL when the
 * program complained. */
json_t *company_ask (const char *program, ...) G_GNUC_NULL_TERMINATED;

/* Runs another program of ours while the company goes on; the test dies unless it ends well. */
void company_run (const char *program, ...) G_GNUC_NULL_TERMINATED;

/* A handheld */

typedef struct
{
  Company *company;
  DsStore *store;
  DsDoor *door;
  DsLink *link;
  GHashTable *states; /* payment id → name of its state, as last announced */
  guint n_caught_up;
} Handheld;

/* Opens the handheld that lives in @name, new or not. */
Handheld *handheld_new (Company *company, const char *name);
Handheld *handheld_new_for_practice (Company *company, const char *name);
/* As the end of its process: nothing is carried over but the files. */
void handheld_free (Handheld *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Handheld, handheld_free)

/* @address: (nullable): how it reaches the depot; directly by default */
void handheld_enrol (Handheld *self, const char *courier, const char *address);
/* With the text of an enrolment code. */
void handheld_enrol_with (Handheld *self, const char *text);
/* Starts the link and waits until everything is sent and fetched. */
void handheld_sync (Handheld *self);

/* Returns: (transfer full): the stop that a parcel belongs to. */
DsStop *handheld_find_stop (Handheld *self, const char *waybill);
DsStopStatus handheld_get_status (Handheld *self, const char *waybill);
gint64 handheld_get_open_fen (Handheld *self, const char *waybill);

/* Returns: the state of a payment as last announced; "" before. */
const char *handheld_get_state (Handheld *self, const char *payment_id);
#define WAIT_FOR_STATE(handheld, payment, state)                                                             \
  WAIT_UNTIL (g_str_equal (handheld_get_state (handheld, payment), state))

guint handheld_count_problems (Handheld *self, const char *kind);

void handheld_open_shift (Handheld *self, gint64 float_fen);
/* Counts @cash_fen in the fewest notes and coins. */
void handheld_close_shift (Handheld *self, gint64 cash_fen);
/* Returns: (transfer full): the statement's payload, its signature verified. */
json_t *handheld_wait_for_statement (Handheld *self);

/* Shows a code for all that is open at the parcel's stop, as a picture. Returns: (transfer full) */
DsPresentation *handheld_present (Handheld *self, const char *waybill, const char *picture);
/* Scans a picture or, without one, @text, at the parcel's stop with @payment_id on the screen.
 * Returns: (transfer full) */
DsAnswer *
handheld_scan_picture (Handheld *self, const char *waybill, const char *payment_id, const char *picture);
DsAnswer *handheld_scan (Handheld *self, const char *waybill, const char *payment_id, const char *text);
/* Takes what is open in cash. Returns: (transfer full): the payment. */
char *handheld_take_cash (Handheld *self, const char *waybill, gint64 tendered_fen);
void handheld_deliver (Handheld *self, const char *waybill);

/* A customer */

typedef struct
{
  Company *company;
  char *directory;
  int status;     /* of the last command */
  json_t *output; /* (nullable): its JSON */
} Customer;

/* A wallet of operator 003 with so many yuan. */
Customer *customer_new (Company *company, const char *name, const char *balance, const char *red_packet);
void customer_free (Customer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Customer, customer_free)

/* Runs a command of doorstep-wallet, which must end with @status. */
void customer_run (Customer *self, int status, ...) G_GNUC_NULL_TERMINATED;
const char *customer_get_text (Customer *self, const char *member);
gint64 customer_get_balance_fen (Customer *self);
/* Returns: (transfer full): the wallet's own key pair, for customers who cheat. */
DsKey *customer_load_key (Customer *self);

/* Has the sandbox misbehave, by way of its server. */
void customer_set_faults (Customer *self, const char *json);

G_END_DECLS
