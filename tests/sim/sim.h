/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole courier company in one process, under virtual time and on a bad network: the real depot, sandbox operators and
 * handhelds, with couriers, customers and accidents that follow from one seed. */
#pragma once

#include "sim-network.h"
#include "sim-time.h"
#include "sim-trace.h"

#include "ds-bank-private.h"
#include "ds-depot-private.h"
#include "ds-door.h"
#include "ds-link.h"
#include "ds-sandbox-operator.h"

G_BEGIN_DECLS

#define SIM_MINUTE_MS (G_GINT64_CONSTANT (60) * 1000)
#define SIM_HOUR_MS (60 * SIM_MINUTE_MS)
#define SIM_FLOAT_FEN 20000

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
  SIM_N_FAULTS = 12,
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
 */
typedef struct
{
  Sim *sim;
  char *courier;
  char *directory;
  SimClock *clock;
  DsRandom *random; /* its own choices, apart from the company's */
  DsRandom *store_random;
  SimNetwork *network;
  guint life;
  DsStore *store;
  DsDoor *door;
  DsLink *link;
  gboolean frozen;
  gboolean closed;
  GPtrArray *stop_ids; /* (element-type utf8): still to be visited */
  GHashTable *shown;
  GHashTable *known;
  gint64 back_on_ms;
} SimHandheld;

typedef struct
{
  gint64 amount_fen;
  DsTender tender;
  gboolean provisional; /* a voucher */
} SimShown;

typedef struct
{
  DsKey *key;
  DsBankWallet *wallet;
  gint64 counter;
  gboolean online;
} SimCustomer;

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
  GPtrArray *customers; /* (element-type SimCustomer) */
  GHashTable *vouchers; /* payments for which a customer gave one */
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
void sim_open_depot (Sim *self);
void sim_close_depot (Sim *self);
/* Ends all accidents, for good. */
void sim_heal (Sim *self);

void sim_copy_directory (const char *from, const char *to);
void sim_remove_directory (const char *path);

/* sim-handheld.c */

SimHandheld *sim_handheld_new (Sim *sim, const char *courier);
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

/* sim-customer.c */

SimCustomer *sim_customer_new (Sim *sim, guint number);
void sim_customer_free (SimCustomer *self);
/* Pays a collection code. Returns: (transfer full) (nullable): the receipt's text, when it is paid at once. */
char *sim_customer_pay (Sim *sim, SimCustomer *self, const char *code);
/* Returns: (transfer full): a voucher's text. */
char *sim_customer_promise (Sim *sim, SimCustomer *self, const char *payment_id, gint64 amount_fen);
char *sim_customer_make_payer_code (Sim *sim, SimCustomer *self);
/* Confirms, or declines, whatever waits for it. */
void sim_customer_confirm (Sim *sim, SimCustomer *self, const char *payment_id);

/* sim-courier.c */

void sim_courier_open_shift (SimHandheld *handheld);
void sim_courier_visit (SimHandheld *handheld);
void sim_courier_close_shift (SimHandheld *handheld);

/* sim-oracles.c */

/* What must hold at every moment. */
void sim_check_now (Sim *self);
/* What must hold once all is healed and told. */
void sim_check_books (Sim *self);

G_END_DECLS
