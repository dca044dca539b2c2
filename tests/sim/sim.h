/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole courier company in one process, under virtual time and on a bad network: the real depot, sandbox operators and
 * handhelds, with couriers, customers and accidents that follow from one seed. */
#pragma once

#include "sim-network.h"
#include "sim-tally.h"
#include "sim-time.h"
#include "sim-trace.h"

#include "ds-bank-private.h"
#include "ds-depot-private.h"
#include "ds-door.h"
#include "ds-link.h"
#include "ds-rescue-copy.h"
#include "ds-sandbox-operator.h"

G_BEGIN_DECLS

#define SIM_MINUTE_MS (G_GINT64_CONSTANT (60) * 1000)
#define SIM_HOUR_MS (60 * SIM_MINUTE_MS)
#define SIM_FLOAT_FEN 20000
/* 2026-11-23, eight in the morning in China. */
#define SIM_MORNING_MS G_GINT64_CONSTANT (1795392000000)

/* Accidents; each company has its own choice of them. */
typedef enum
{
  SIM_FAULT_LOSS = 1 << 0,     /* requests and replies get lost */
  SIM_FAULT_DELAY = 1 << 1,    /* … take minutes, and overtake each other */
  SIM_FAULT_AGAIN = 1 << 2,    /* … reach the depot twice */
  SIM_FAULT_CUT = 1 << 3,      /* … end in the middle, or somebody else answers */
  SIM_FAULT_OFFLINE = 1 << 4,  /* the network goes and comes back */
  SIM_FAULT_POWER = 1 << 5,    /* a handheld loses power and starts again */
  SIM_FAULT_CLOCK = 1 << 6,    /* somebody sets a handheld's clock */
  SIM_FAULT_DEPOT = 1 << 7,    /* the depot is killed and starts again */
  SIM_FAULT_ROLLBACK = 1 << 8, /* … from an older backup */
  SIM_FAULT_OPERATOR = 1 << 9, /* operators are slow, answers and notifications get lost or come twice */
  SIM_FAULT_LATE = 1 << 10,    /* money arrives after the operator called the order expired */
  SIM_FAULT_CHEATS = 1 << 11,  /* vouchers without money behind them, or given twice */
  SIM_FAULT_OFFICE = 1 << 12,  /* stops change on the way, cases are decided, money is given back */
  SIM_FAULT_DEATH = 1 << 13,   /* a handheld breaks for good, with a card in it or without */
  SIM_FAULT_COPY = 1 << 14,    /* a handheld's files are copied: two of them go on, or the older ones */
  SIM_N_FAULTS = 15,
} SimFault;

typedef struct _Sim Sim;

/**
 * SimOp: something asked of the real code, whose answer is awaited
 * @result: (nullable): before
 */
typedef struct
{
  GAsyncResult *result;
} SimOp;

/**
 * SimHandheld:
 * @life: how often it was started: an operation of an earlier life has no answer
 * @store, @door, @link: (nullable): while it is off
 * @shown: (element-type utf8 SimShown): what the courier was shown as taken, by payment
 * @known: (element-type utf8 DsPaymentState): the last state seen of each payment
 * @route: (element-type utf8 gint64): what each stop owes as far as the courier has been told; -1: it is gone
 * @copied: another one has the same identity, or it was put back to older files
 * @dead: broken for good
 */
typedef struct
{
  Sim *sim;
  char *courier;
  char *who; /* in the story */
  char *directory;
  SimClock *clock;
  DsRandom *random; /* its own choices, apart from the company's */
  DsRandom *store_random;
  SimNetwork *network;
  guint life;
  DsStore *store;
  DsDoor *door;
  DsLink *link;
  GPtrArray *stop_ids; /* (element-type utf8): still to be visited */
  GHashTable *shown;
  GHashTable *known;
  GHashTable *route;
  gint64 back_on_ms;
  char *shift_id; /* (nullable) */
  char *device_id;
  gboolean copied;
  gint64 frozen_ms;    /* since when it is forked; 0: it is not */
  guint n_sent_before; /* how many requests it had made by then */
  gboolean dead;
  char *card;              /* (nullable): a directory */
  DsRescueCopy *card_copy; /* (nullable): while the card is in */
  char *older;             /* (nullable): a directory with its files as they were at some time */
  GHashTable *older_shown;
  GHashTable *gone; /* like @shown: what was taken since the older files, and is on no handheld any more */
} SimHandheld;

typedef struct
{
  gint64 amount_fen;
  DsTender tender;
  gboolean provisional; /* a voucher */
} SimShown;

/**
 * SimCustomer:
 * @wallet: as it was opened
 */
typedef struct
{
  DsKey *key;
  DsBankWallet *wallet;
  gint64 counter;
  gboolean online;
} SimCustomer;

/**
 * SimSaid:
 * @change: a change of a stop, where @stop is set
 * @payment_id: (nullable): a payment that was kept, or given back in cash
 * @refund_id: (nullable): the latter
 */
typedef struct
{
  DsStopChange change;
  char *stop_id;
  char *waybill;
  char *courier_id;
  char *payment_id;
  char *refund_id;
  gint64 amount_fen;
} SimSaid;

void sim_said_free (SimSaid *self);

struct _Sim
{
  guint seed;
  guint faults;
  SimTime *time;
  SimTrace *trace;
  DsRandom *random;
  char *directory;

  DsClock *clock; /* the depot's and the bank's */
  DsRandom *office_random;
  DsBank *bank;
  GPtrArray *operators;
  DsDepot *depot; /* (nullable): while it is down */
  char *backup;   /* (nullable): a directory */
  gboolean rolled_back;

  GPtrArray *handhelds; /* (element-type SimHandheld) */
  SimHandheld *dead;    /* (nullable): the one that broke for good, also once it came back */
  SimHandheld *copied;  /* (nullable): the one whose files were copied */
  GPtrArray *customers; /* (element-type SimCustomer) */
  GHashTable *vouchers; /* payments for which a customer gave one */
  GPtrArray *stop_ids;  /* (element-type utf8): all that were ever imported */
  gint64 till_fen;      /* cash that the clerk gave back */
  GPtrArray *said;      /* (element-type SimSaid): what dispatcher and clerk said since the backup */
  guint n_payments;
};

/* Says what was violated and ends the process. */
void sim_violated (Sim *self, const char *format, ...) G_GNUC_PRINTF (2, 3) G_GNUC_NORETURN;

/* Returns: whether something of that chance, in thousandths, happens. */
gboolean sim_happens (Sim *self, guint thousandths);
gint64 sim_between (Sim *self, gint64 from, gint64 to);
gboolean sim_has (Sim *self, SimFault fault);

SimOp *sim_op_new (void);
/* The callback: @user_data is a reference to the SimOp. */
void sim_op_done (GObject *source, GAsyncResult *result, gpointer op);
void sim_op_unref (SimOp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimOp, sim_op_unref)
/* For the call: (transfer full) */
SimOp *sim_op_ref (SimOp *self);

/* sim-company.c */

Sim *sim_new (guint seed, guint n_couriers, FILE *tell);
void sim_free (Sim *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sim, sim_free)

/* Lets time pass while everything goes on, and now and then something breaks. */
void sim_pass (Sim *self, gint64 by_ms);
/* Runs until @op is done. */
GAsyncResult *sim_await (Sim *self, SimOp *op);
/* A number, or a text, out of the depot's database. @text: (transfer full) (nullable) */
gint64 sim_get_depot_number (Sim *self, const char *sql, const char *subject);
char *sim_get_depot_text (Sim *self, const char *sql, const char *subject);
void sim_open_depot (Sim *self);
void sim_close_depot (Sim *self);
/* Ends all accidents, for good. */
void sim_heal (Sim *self);

/* Returns: (transfer full): a new one. */
char *sim_make_directory (void);
/* @to may be there already. */
void sim_copy_directory (const char *from, const char *to);
void sim_remove_directory (const char *path);

/* sim-template.c: before any company. @what: "office" or "handheld". */

void sim_template_make (void);
void sim_template_copy (const char *what, const char *to);
void sim_template_remove (void);
/* Returns: (transfer full) (element-type DsOperator) */
GPtrArray *sim_make_operators (DsBank *bank);

/* sim-handheld.c */

/* Not yet started. @directory: its files. */
SimHandheld *sim_handheld_new (Sim *sim, const char *courier, const char *who, const char *directory);
void sim_handheld_free (SimHandheld *self);
void sim_handheld_start (SimHandheld *self);
/* The end of its process, orderly or not. */
void sim_handheld_stop (SimHandheld *self, gboolean power_cut);
gboolean sim_handheld_is_on (SimHandheld *self);
void sim_handheld_enrol (SimHandheld *self);
/* Waits for @op, during which the power may fail. Returns: (nullable): %NULL when it did. */
GAsyncResult *sim_handheld_await (SimHandheld *self, SimOp *op);
/* Returns: (transfer full) (element-type DsStop) */
GPtrArray *sim_handheld_load_stops (SimHandheld *self);
DsStop *sim_handheld_load_stop (SimHandheld *self, const char *stop_id);
/* Everything is sent and fetched. */
gboolean sim_handheld_is_synced (SimHandheld *self);
/* Collecting is frozen. */
gboolean sim_handheld_is_frozen (SimHandheld *self);
/* It is there and works: what it shows must be the depot's truth. */
gboolean sim_handheld_is_sound (SimHandheld *self);
/* Returns: (transfer full) (element-type utf8): the lines of its journal. */
GPtrArray *sim_handheld_load_lines (SimHandheld *self);

/* sim-copies.c: handhelds that are copied, or put back to older files */

/* (transfer full): a table like SimHandheld's @shown. */
GHashTable *sim_shown_copy (GHashTable *shown);
/* A second one with the files of @self as they are now, which goes on beside it. */
void sim_copy_handheld (SimHandheld *self);
void sim_keep_older (SimHandheld *self);
void sim_put_back_older (SimHandheld *self);

/* sim-rescue.c: handhelds that break for good */

void sim_put_card_in (SimHandheld *self);
void sim_pull_card_out (SimHandheld *self);
void sim_break_for_good (SimHandheld *self);
/* Returns: (transfer full) (element-type filename): the files on its card, in order. */
GPtrArray *sim_list_card (SimHandheld *self);
/* Somebody brings what is on its card, over the line of @by (nullable: at the depot's counter). */
void sim_bring_card (SimHandheld *self, SimHandheld *by);

/* sim-office.c: what dispatcher and clerk do */

/* Now and then, a minute's worth of it. */
void sim_office_work (Sim *self);
/* The dispatcher changes a stop, as likely as not the one at whose door a courier stands. */
void sim_office_change_stop (Sim *self, const char *stop_id);
/* A restored depot has forgotten what people decided since its backup, and they have not: the dispatcher says it again at
 * once, the clerk when the journals are in. What was asked of operators, the depot finds out by itself. */
void sim_office_change_again (Sim *self);
void sim_office_decide_again (Sim *self);
/* What should have left the till, as far as anybody can still know. */
gint64 sim_office_get_till_fen (Sim *self);
/* The clerk closes the shift of a handheld that cannot, with what its courier hands in. */
void sim_office_close_shift (SimHandheld *handheld);

/* sim-customer.c */

SimCustomer *sim_customer_new (Sim *sim, guint number);
void sim_customer_free (SimCustomer *self);
/* Pays a collection code. Returns: (transfer full) (nullable): the receipt's text, when it is paid at once. */
char *sim_customer_pay (Sim *sim, SimCustomer *self, const char *code);
/* Returns: (transfer full): a voucher's text. */
char *sim_customer_promise (Sim *sim, SimCustomer *self, const char *payment_id, gint64 amount_fen);
char *sim_customer_make_payer_code (Sim *sim, SimCustomer *self);
/* Reads out digits for a payment: those on the screen if there are any, or others. @right: (out): whether they prove it.
 * Returns: (transfer full) */
char *sim_customer_speak (Sim *sim, const char *payment_id, gboolean *right);
/* Confirms, or declines, whatever waits for it. */
void sim_customer_confirm (Sim *sim, SimCustomer *self, const char *payment_id);

/* sim-courier.c */

void sim_courier_open_shift (SimHandheld *handheld);
void sim_courier_visit (SimHandheld *handheld);
void sim_courier_close_shift (SimHandheld *handheld);
/* Reads what the depot changed, and goes on by it. */
void sim_courier_read_digest (SimHandheld *handheld);
/* What a stop owes, as the digest has it; SIM_GONE once it was taken off the route. */
#define SIM_GONE (-1)
gint64 sim_get_owed_fen (DsStop *stop);
/* Returns: what is in the drawer. */
gint64 sim_courier_count_cash (SimHandheld *handheld);

/* sim-oracles.c */

/* What must hold at every moment. */
void sim_check_now (Sim *self);
/* What must hold once all is healed and told. */
void sim_check_end (Sim *self);

/* sim-books.c: the books, the operators and the customers' money */

/* At every moment: double entry, and refunds within what was paid, in the same parts. */
void sim_check_money_now (Sim *self);
void sim_check_money_end (Sim *self);

/* sim-logs.c: the journals */

/* Returns: (transfer full) (element-type utf8) */
GPtrArray *sim_split_lines (const char *text);

/* The lines that the depot holds of a handheld are its own; what is another's stands apart. */
gboolean sim_log_is_whole (SimHandheld *handheld);
void sim_check_logs (Sim *self);
/* What the depot lacks of a handheld that is about to break is on its card. */
void sim_check_card (SimHandheld *handheld);
/* Cash in the depot's journals of a courier. */
gint64 sim_sum_journalled_cash_fen (Sim *self, const char *courier);

G_END_DECLS
