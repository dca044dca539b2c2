/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One function a door of the guided shift, and its two ends. */
#include "config.h"

#include "practice.h"

#include "ds-practice-mark.h"
#include "ds-shift-files.h"
#include "ds-test-window.h"
#include "ds-words.h"

#include <string.h>

void
practice_both_online (Practice *self)
{
  practice_open_collect (self, 1);
  practice_take_picture (self, "collect");
  ds_test_wait_for_words (self->window, "Press “Show code”");
  ds_test_press (self->window, "Show code");
  ds_test_wait_for_words (self->window, "Then look here");
  practice_take_picture (self, "code");
  practice_press_on_phone (self, "Scan the courier's code");
  practice_press_on_phone (self, "Pay");
  practice_wait_for_door (self, 2);
  ds_test_wait_for_words (self->window, "not because a phone shows it");
  practice_take_picture (self, "paid");
}

/* What the customer is given says that it is practice; and the way goes on where it was left. */
void
practice_show_receipt (Practice *self)
{
  g_autofree char *mark = g_strdup_printf ("%s. Receipt for ¥86.00, %s, Paid", ds_practice_mark_get_text (),
                                           ds_words_for_tender (DS_TENDER_CODE));

  ds_test_press (self->window, "Receipt");
  ds_test_wait_for_words (self->window, "It says that it is practice");
  g_assert_nonnull (ds_test_find (self->window, GTK_TYPE_DRAWING_AREA, mark));
  practice_take_picture (self, "receipt");
  gtk_widget_activate_action (self->window, "win.back", NULL);
  ds_test_wait_for_words (self->window, "Paid, because");
}

static gboolean
has_proof (gpointer user_data)
{
  DsStop *stop
      = ds_route_find_waybill (ds_session_get_route (((Practice *)user_data)->session), "LX0000000001");

  return stop->proofs->len == 1;
}

void
practice_keep_proof (Practice *self)
{
  ds_test_press (self->window, "Proof");
  ds_test_wait_for_words (self->window, "Who got the parcel");
  ds_test_press (self->window, "Name");
  ds_test_type (self->window, "Name of who took it", "front desk");
  practice_take_picture (self, "proof");
  ds_test_press (self->window, "Keep");
  ds_test_wait (has_proof, self, "the proof to be kept");
  ds_test_wait_for_words (self->window, "Paid, because");
}

void
practice_customer_offline (Practice *self)
{
  ds_test_wait_for_words (self->window, "Door 2 of 5");
  practice_open_collect (self, 2);
  ds_test_press (self->window, "Scan customer's code");
  practice_press_on_phone (self, "Done");
  practice_press_on_phone (self, "Payer code");
  practice_take_picture (self, "scan");
  ds_test_press (self->window, "Look at the phone");
  practice_wait_for_door (self, 3);
  ds_test_wait_for_words (self->window, "the customer needs no network");
}

void
practice_courier_offline (Practice *self)
{
  ds_test_wait (practice_is_offline, self, "the line to be cut for door 3");
  practice_open_collect (self, 3);
  practice_take_picture (self, "collect-offline");
  ds_test_press (self->window, "Show code");
  ds_test_wait_for_words (self->window, "Then press “Scan receipt”");
  /* Out of the lift it hears of what its payer code paid, and shows that. */
  practice_press_on_phone (self, "?Receipt code");
  practice_press_on_phone (self, "Done");
  practice_press_on_phone (self, "Scan the courier's code");
  practice_press_on_phone (self, "Pay");
  ds_test_press (self->window, "Scan receipt");
  ds_test_wait_for_words (self->window, "the bank's receipt");
  practice_press_on_phone (self, "Copy picture");
  ds_test_press (self->window, "Look at the phone");
  practice_wait_for_door (self, 4);
  ds_test_wait_for_words (self->window, "signed by the bank");
}

void
practice_both_offline (Practice *self)
{
  practice_open_collect (self, 4);
  ds_test_press (self->window, "Show code");
  ds_test_wait_for_words (self->window, "give a voucher. Then");
  practice_press_on_phone (self, "Done");
  practice_press_on_phone (self, "Scan the courier's code");
  practice_take_picture (self, "code-offline");
  practice_press_on_phone (self, "Give voucher");
  ds_test_press (self->window, "Scan receipt");
  practice_press_on_phone (self, "Copy picture");
  ds_test_press (self->window, "Look at the phone");
  practice_wait_for_door (self, 5);
  ds_test_wait_for_words (self->window, "Accepted, not yet paid");
  practice_take_picture (self, "accepted");
}

static gboolean
answers_get_lost (gpointer user_data)
{
  DsLessonScene scene;

  ds_lesson_get_scene (((Practice *)user_data)->lesson, &scene);
  return scene.answers_lost
         && ds_practice_house_get_settled (ds_practice_get_house (((Practice *)user_data)->practice));
}

static gboolean
is_known (gpointer user_data)
{
  Practice *self = user_data;
  DsStop *stop = ds_route_find_waybill (ds_session_get_route (self->session), "LX0000000005");

  return ds_stop_get_status (stop) == DS_STOP_TO_COLLECT && stop->payments->len > 0;
}

static gboolean
is_done (gpointer user_data)
{
  return ds_lesson_get_stage (((Practice *)user_data)->lesson) == DS_LESSON_CLOSE;
}

void
practice_goes_wrong (Practice *self)
{
  ds_test_wait (practice_is_online, self, "the line to come back");
  ds_test_wait (answers_get_lost, self, "the bank's answers to get lost");
  practice_open_collect (self, 5);
  ds_test_press (self->window, "Scan customer's code");
  practice_press_on_phone (self, "Done");
  practice_press_on_phone (self, "Payer code");
  ds_test_press (self->window, "Look at the phone");
  ds_test_wait_for_words (self->window, "Unknown is not");
  practice_take_picture (self, "unknown");
  ds_test_press (self->window, "Check now");
  ds_test_wait (is_known, self, "the payment to be known as not paid");
  ds_test_wait_for_words (self->window, "Now it is known");
  practice_take_picture (self, "declined");
  ds_test_press (self->window, "Collect again");
  ds_test_press (self->window, "Cash");
  ds_test_wait_for_words (self->window, "Type what the customer gives");
  for (const char *key = "300"; *key != '\0'; key++)
    ds_test_press (self->window, (const char[]){ *key, '\0' });
  practice_take_picture (self, "cash");
  ds_test_press (self->window, "Take ¥300.00, give ¥32.00");
  ds_test_wait (is_done, self, "the guide to see the last door done");
  practice_take_picture (self, "paid-in-cash");
}

/* The evening */

static gboolean
is_over (gpointer user_data)
{
  return ds_lesson_get_stage (((Practice *)user_data)->lesson) == DS_LESSON_OVER;
}

typedef struct
{
  const char *path;
  const char *end;
  char *text; /* (nullable) */
} Report;

static gboolean
is_written (gpointer user_data)
{
  Report *report = user_data;

  g_clear_pointer (&report->text, g_free);
  return g_file_get_contents (report->path, &report->text, NULL, NULL)
         && g_str_has_suffix (report->text, report->end);
}

/* A table says it in each line: lines are copied into other tables. */
static void
save_report (Practice *self)
{
  g_autofree char *path = g_build_filename (self->directory, "shift.csv", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GtkWidget *files = ds_test_find_type (self->window, DS_TYPE_SHIFT_FILES);
  Report report = { path, "\r\n", NULL };
  g_auto (GStrv) lines = NULL;

  g_assert_nonnull (files);
  ds_shift_files_save (DS_SHIFT_FILES (files), DS_SHIFT_FILE_CSV, file);
  ds_test_wait (is_written, &report, "the table");
  lines = g_strsplit (report.text, "\r\n", -1);
  g_free (report.text);
  /* Its heads, the five doors and the payment that went wrong. */
  g_assert_cmpuint (g_strv_length (lines) - 1, ==, 7);
  for (gsize i = 0; lines[i + 1] != NULL; i++)
    g_assert_nonnull (strstr (lines[i], DS_PRACTICE_MARK_ON_PAPER));
}

static void
count (Practice *self, const char *field, const char *number)
{
  ds_test_type (self->window, field, number);
}

void
practice_close_shift (Practice *self)
{
  gtk_widget_activate_action (self->window, "win.show-tab", "s", "shift");
  ds_test_wait_for_words (self->window, "then press “Close shift”");
  ds_test_press (self->window, "Close shift");
  ds_test_press (self->window, "Count the cash");
  /* 100 of float and 268 taken, as the guide says. */
  ds_test_wait_for_words (self->window, "100\u00a0yuan\u00a0×3 · 50\u00a0yuan\u00a0×1 · 10\u00a0yuan\u00a0×1 "
                                        "· 5\u00a0yuan\u00a0×1 · 1\u00a0yuan\u00a0×3");
  practice_take_picture (self, "count");
  count (self, "100 yuan", "3");
  count (self, "50 yuan", "1");
  count (self, "10 yuan", "1");
  count (self, "5 yuan", "1");
  count (self, "1 yuan", "3");
  ds_test_press (self->window, "Counted, next");
  ds_test_wait (is_over, self, "the statement");
  ds_test_press (self->window, "Show statement");
  ds_test_wait_for_words (self->window, "Balanced");
  practice_take_picture (self, "statement");
  save_report (self);
  ds_test_press (self->window, "Seal code for the clerk");
  ds_test_wait_for_words (self->window, DS_PRACTICE_MARK_ON_PAPER);
  ds_test_wait_for_words (self->window, "The clerk scans it");
  practice_take_picture (self, "seal");
  gtk_widget_activate_action (self->window, "win.back", NULL);
  ds_test_press (self->window, "What you learnt");
  ds_test_wait_for_words (self->window, "Unknown is not failed");
  practice_take_picture (self, "learnt");
  for (guint door = 1; door <= DS_LESSON_N_DOORS; door++)
    g_assert_true (ds_lesson_was_practised (self->lesson, door));
}

void
practice_open_shift (Practice *self)
{
  ds_test_wait_for_words (self->window, "type 100");
  practice_take_picture (self, "open-shift");
  /* Who leaves the page is shown the way back to it. */
  gtk_widget_activate_action (self->window, "win.back", NULL);
  ds_test_wait_for_words (self->window, "Go to “Shift”, and open one");
  gtk_widget_activate_action (self->window, "win.show-tab", "s", "shift");
  ds_test_wait_for_words (self->window, "Press “Open a shift”");
  ds_test_press (self->window, "Open a shift");
  ds_test_wait_for_words (self->window, "type 100");
  ds_test_type (self->window, "Float in yuan", "100");
  ds_test_press (self->window, "Open with ¥100.00");
  practice_wait_for_door (self, 1);
  gtk_widget_activate_action (self->window, "win.show-tab", "s", "route");
}
