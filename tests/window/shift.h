/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One courier's shift in the window: what the story, the doors and the books at its end share. */
#pragma once

#include "ds-company.h"
#include "ds-window.h"

G_BEGIN_DECLS

typedef struct
{
  DsCompany *company;
  DsSession *session;
  GtkWidget *window;
  const char *pictures;
  guint n_pictures;
  GHashTable *visited; /* stop ids */
} Shift;

/* Telling (shift-steps.c) */

void shift_tell (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Returns: (transfer full): "1,286.50". */
char *shift_format_yuan (gint64 amount_fen);

/* Returns: (transfer full): where the picture of the window was saved. */
char *shift_picture (Shift *shift, const char *name);
void shift_take_picture (Shift *shift, const char *name);

/* The world outside the window */

void shift_cut_line (Shift *shift);
void shift_restore_line (Shift *shift);
/* A DsTestCondition: nothing waits to be sent. */
gboolean shift_all_sent (gpointer user_data);

/* Doors */

/* Returns: (transfer full) (nullable): the next stop with so many parcels that was not visited yet. */
DsStop *shift_find_door (Shift *shift, gboolean prepaid, guint n_parcels);
/* The same; without one the program ends and says so. */
DsStop *shift_next_door (Shift *shift, gboolean prepaid, guint n_parcels);
void shift_open_stop (Shift *shift, DsStop *stop);
void shift_open_collect (Shift *shift, DsStop *stop);
gint64 shift_get_open_fen (DsStop *stop);

/* Codes */

/* Gives the picture file to the handheld, on its page "Scan". */
void shift_show_to_handheld (Shift *shift, const char *path);
/* Returns: (transfer full): the text of the code in a picture file. */
char *shift_read_picture (const char *path);
void shift_draw_picture (const char *text, const char *path);

/* What happens at doors (shift-doors.c); the one that ends with a voucher returns its stop, (transfer full) */

void shift_both_online (Shift *shift);
void shift_customer_offline (Shift *shift);
void shift_customer_confirms (Shift *shift);
void shift_courier_offline (Shift *shift);
DsStop *shift_both_offline (Shift *shift, const char *name, const char *voucher_name);
void shift_split_and_refused (Shift *shift);
void shift_partial_acceptance (Shift *shift);
void shift_cash (Shift *shift);
void shift_prepaid (Shift *shift);

/* The books (shift-books.c) */

/* Returns: (transfer full): the statement, verified with the depot's key. */
json_t *shift_read_statement (Shift *shift);
void shift_print_statement (Shift *shift, json_t *statement);
/* Whether operators, depot and handheld say the same to the fen; prints so. */
gboolean shift_is_balanced (Shift *shift, json_t *statement);

G_END_DECLS
