/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld with its window: the real session and store in a directory of its own, a clock that stands still, and a
 * depot whose key is here, so that feeds and statements are genuine. Nothing answers at the depot's address. */
#pragma once

#include "ds-session.h"
#include "ds-test-window.h"
#include "ds-window.h"

G_BEGIN_DECLS

/* 2026-03-12 11:22 UTC */
#define APP_FIXTURE_START_MS (G_GINT64_CONSTANT (1773314520000))

/* Of every stop. */
#define APP_FIXTURE_SECRET "00112233445566778899aabbccddeeff"

typedef struct
{
  char *directory;
  DsManualClock *clock;
  DsKey *depot_key;
  DsSession *session;
  GtkWidget *window;
  gint64 cursor;
} AppFixture;

/* Prepares GTK, resources and style as DsApplication does. Call once. Returns: FALSE (and skips) without a display. */
gboolean app_fixture_init (void);

/* A window over a session that was opened and belongs to no depot. */
AppFixture *app_fixture_new (void);
/* The same for practice, enrolled, with settings and the five doors of the guide. */
AppFixture *app_fixture_new_for_practice (void);
/* The same at work, with the stops of the mock-ups. */
AppFixture *app_fixture_new_enrolled (void);
/* Closes the window and sees that it, its session and all pages are gone. */
void app_fixture_free (AppFixture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AppFixture, app_fixture_free)

/* The window goes, and another one comes, as when Doorstep is started again. */
void app_fixture_open_another_window (AppFixture *self);

/* Agrees to the fixture's depot without asking it. */
void app_fixture_enrol (AppFixture *self);
/* Through the door, as the page does it. */
void app_fixture_open_shift (AppFixture *self, gint64 float_fen);
void app_fixture_close_shift (AppFixture *self, const guint *counts, gsize n_counts);
void app_fixture_take_cash (AppFixture *self, const char *stop_id, gint64 amount_fen);

/* Shows a code; the customer says paid and has nothing to show for it. */
void app_fixture_leave_unknown (AppFixture *self, const char *stop_id, gint64 amount_fen);

/* Returns: (transfer full): stop number @i, from 0, made without the store. */
DsStop *app_fixture_make_stop (guint i);

/* The depot's side. @data is (transfer full). */
void app_fixture_feed (AppFixture *self, const char *type, json_t *data);
/* Returns: (transfer full): what the fixture's depot decides, as app_fixture_new_enrolled() fed it. */
json_t *app_fixture_make_settings (AppFixture *self);
void app_fixture_feed_stops (AppFixture *self, guint n);
/* The list of operators: without it no operator's code is taken. The fixture's operator has the depot's key. */
void app_fixture_feed_operators (AppFixture *self);
/* Vouchers are for @voucher_fen at most, and clerks may permit @override_fen more. */
void app_fixture_feed_limits (AppFixture *self, gint64 voucher_fen, gint64 override_fen);
/* Returns: (transfer full): as a customer's wallet shows it. */
char *app_fixture_make_voucher (AppFixture *self, const char *payment_id, gint64 amount_fen);
/* Signs and feeds a statement of the closed shift. @voucher_operator_fen below 612.50 is a difference; such a one has limits that were lifted. */
void app_fixture_feed_statement (AppFixture *self, gint64 counted_fen, gint64 voucher_operator_fen);

/* Looks at the page in front, see screen_check(). Saves a picture of it as well if the environment asks for pictures:
 * DS_PICTURES names a folder; DS_PICTURES_LOCALE (a folder of translations, with LANGUAGE), _DARK, _CONTRAST, _TEXT (per
 * cent) and _WIDE say how it is to look. */
void app_fixture_look (AppFixture *self, const char *name);

G_END_DECLS
