/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proofs, receipts and the papers of a shift, as a courier goes through them. */
#include "config.h"

#include "app-fixture.h"

#include "ds-customer-receipt.h"
#include "ds-customer-slip.h"
#include "ds-navigator.h"
#include "ds-pickup-code.h"
#include "ds-preferences.h"
#include "ds-proof-page.h"
#include "ds-receipt-page.h"
#include "ds-shift-files.h"
#include "ds-signature-pad.h"

#include <math.h>
#include <string.h>

static DsStop *
get_stop (AppFixture *fixture, const char *id)
{
  return ds_route_find (ds_session_get_route (fixture->session), id);
}

static AppFixture *
start (void)
{
  AppFixture *fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 0);
  return fixture;
}

static void
open_proof_page (AppFixture *fixture, const char *stop_id)
{
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", stop_id);
  ds_test_press (fixture->window, "Add a proof");
  ds_test_wait_for_words (fixture->window, "The proof is signed with");
}

typedef struct
{
  AppFixture *fixture;
  const char *stop_id;
  guint n;
} Wanted;

static gboolean
has_proofs (gpointer user_data)
{
  const Wanted *wanted = user_data;

  return get_stop (wanted->fixture, wanted->stop_id)->proofs->len >= wanted->n;
}

static const DsProof *
wait_for_proof (AppFixture *fixture, const char *stop_id, guint n)
{
  Wanted wanted = { fixture, stop_id, n };

  ds_test_wait (has_proofs, &wanted, "the proof to be kept");
  return g_ptr_array_index (get_stop (fixture, stop_id)->proofs, n - 1);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer place)
{
  *(GAsyncResult **)place = g_object_ref (result);
}

static gboolean
has_come (gpointer place)
{
  return *(GAsyncResult **)place != NULL;
}

static GBytes *
load_content (AppFixture *fixture, const DsProof *proof)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *content;

  ds_store_load_blob_async (ds_session_get_store (fixture->session), proof->sm3, NULL, keep_result, &result);
  ds_test_wait (has_come, &result, "the content");
  content = ds_store_load_blob_finish (ds_session_get_store (fixture->session), result, &error);
  g_assert_no_error (error);
  return content;
}

static GtkWidget *
find_type (GtkWidget *widget, GType type)
{
  GtkWidget *found = NULL;

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_type (child, type);
  return found;
}

/* The hand of a customer, by what the gesture tells. */
static void
sign (GtkWidget *pad)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (pad);
  g_autoptr (GtkEventController) drag = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (controllers) && drag == NULL; i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_GESTURE_DRAG (controller))
        drag = g_steal_pointer (&controller);
    }
  g_assert_nonnull (drag);
  for (guint stroke = 0; stroke < 3; stroke++)
    {
      double left = 40 + stroke * 80;

      g_signal_emit_by_name (drag, "drag-begin", left, 120.0);
      for (guint i = 1; i < 30; i++)
        g_signal_emit_by_name (drag, "drag-update", i * 2.5, 50 * sin (i / 4.0 + stroke) - i);
    }
}

static void
test_signature (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GBytes) content = NULL;
  const DsProof *proof;
  GtkWidget *keep;
  GtkWidget *pad;

  app_fixture_take_cash (fixture, "S1", 28650);
  open_proof_page (fixture, "S1");
  pad = find_type (fixture->window, DS_TYPE_SIGNATURE_PAD);
  keep = ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Keep");
  g_assert_false (gtk_widget_get_sensitive (keep));
  sign (pad);
  g_assert_true (gtk_widget_get_sensitive (keep));
  ds_test_press (fixture->window, "Clear");
  g_assert_false (gtk_widget_get_sensitive (keep));
  sign (pad);
  app_fixture_look (fixture, "proof-signature");
  ds_test_press (fixture->window, "Keep");

  proof = wait_for_proof (fixture, "S1", 1);
  g_assert_cmpint (proof->kind, ==, DS_PROOF_SIGNATURE);
  g_assert_cmpstr (proof->payment_id, ==,
                   ((DsPayment *)g_ptr_array_index (get_stop (fixture, "S1")->payments, 0))->id);
  content = load_content (fixture, proof);
  g_assert_cmpint (memcmp (g_bytes_get_data (content, NULL), "\x89PNG", 4), ==, 0);
  ds_test_wait_for_words (fixture->window, "waits to be sent, after the money");
  app_fixture_look (fixture, "stop-with-proof");
}

static void
test_typed (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GBytes) content = NULL;
  const DsProof *proof;

  open_proof_page (fixture, "S3");
  ds_test_press (fixture->window, "Name");
  ds_test_type (fixture->window, "Name of who took it", "Chen Aiguo, the front desk");
  ds_test_press (fixture->window, "Keep");
  proof = wait_for_proof (fixture, "S3", 1);
  g_assert_cmpint (proof->kind, ==, DS_PROOF_NAME);
  g_assert_null (proof->payment_id);
  content = load_content (fixture, proof);
  g_assert_nonnull (
      g_strstr_len (g_bytes_get_data (content, NULL), (gssize)g_bytes_get_size (content), "front desk"));
}

/* A stop whose pickup code the depot knows. */
static void
feed_stop_with_code (AppFixture *fixture)
{
  g_autofree char *check = ds_pickup_code_make_check (APP_FIXTURE_SECRET, "S9", "321456", NULL);

  app_fixture_feed (
      fixture, "stop",
      json_pack (
          "{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:n, s:I, s:I, s:I, s:I, s:[{s:s, s:I, s:b}], s:n, s:s, s:s}",
          "stop", "S9", "version", (json_int_t)1, "position", (json_int_t)9, "recipient", "Sun Li", "phone",
          "17012340127", "address", "Hetang Lane 1-9", "place", "Wanghu", "note", "lat_e6", (json_int_t)0,
          "lng_e6", (json_int_t)0, "window_from_ms", (json_int_t)0, "window_to_ms", (json_int_t)0, "parcels",
          "waybill", "DS730290000010", "due_fen", (json_int_t)0, "prepaid", 1, "prefetched", "spoken_secret",
          APP_FIXTURE_SECRET, "pickup_check", check));
}

static gboolean
has_s9 (gpointer fixture)
{
  return get_stop (fixture, "S9") != NULL;
}

static void
test_pickup_code (void)
{
  g_autoptr (AppFixture) fixture = start ();
  const DsProof *proof;

  feed_stop_with_code (fixture);
  ds_test_wait (has_s9, fixture, "the stop");
  open_proof_page (fixture, "S9");
  ds_test_press (fixture->window, "Pickup code");
  ds_test_type (fixture->window, "Pickup code", "3-2-1457");
  ds_test_press (fixture->window, "Keep");
  ds_test_wait_for_words (fixture->window, "4 tries are left");
  app_fixture_look (fixture, "proof-wrong-code");
  ds_test_type (fixture->window, "Pickup code", "3-2-1456");
  ds_test_press (fixture->window, "Keep");
  proof = wait_for_proof (fixture, "S9", 1);
  g_assert_true (proof->checked);
  ds_test_wait_for_words (fixture->window, "checked");
}

static char *
draw_picture (AppFixture *fixture, guint width, guint height)
{
  char *path = g_build_filename (fixture->directory, "door.png", NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int)width, (int)height);
  cairo_t *cairo = cairo_create (surface);

  cairo_set_source_rgb (cairo, 0.8, 0.75, 0.7);
  cairo_paint (cairo);
  cairo_set_source_rgb (cairo, 0.4, 0.25, 0.15);
  cairo_rectangle (cairo, width * 0.3, height * 0.2, width * 0.4, height * 0.7);
  cairo_fill (cairo);
  cairo_destroy (cairo);
  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);
  return path;
}

static void
test_photo_file (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autofree char *path = draw_picture (fixture, 3000, 2000);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  const DsProof *proof;

  g_settings_set_string (preferences, "camera-source", "v4l2src device=/dev/video-none");
  open_proof_page (fixture, "S3");
  ds_test_press (fixture->window, "Photo");
  ds_test_wait_for_words (fixture->window, "Choose one from a file");
  app_fixture_look (fixture, "proof-no-camera");
  ds_proof_page_take_file (DS_PROOF_PAGE (find_type (fixture->window, DS_TYPE_PROOF_PAGE)), file);
  ds_test_press (fixture->window, "Keep");
  proof = wait_for_proof (fixture, "S3", 1);
  g_assert_cmpint (proof->kind, ==, DS_PROOF_PHOTO);
  content = load_content (fixture, proof);
  g_assert_cmpint (memcmp (g_bytes_get_data (content, NULL), "\xff\xd8\xff", 3), ==, 0);
  texture = gdk_texture_new_from_bytes (content, NULL);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 1280);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, 853);
}

static void
test_photo_camera (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GSettings) preferences = ds_preferences_new ();

  g_settings_set_string (
      preferences, "camera-source",
      "videotestsrc is-live=true ! capsfilter caps=video/x-raw,width=640,height=480,framerate=30/1");
  open_proof_page (fixture, "S3");
  ds_test_press (fixture->window, "Photo");
  ds_test_press (fixture->window, "Take the photo");
  ds_test_wait_for_words (fixture->window, "Take it again");
  app_fixture_look (fixture, "proof-photo");
  ds_test_press (fixture->window, "Take it again");
  ds_test_press (fixture->window, "Take the photo");
  ds_test_press (fixture->window, "Keep");
  g_assert_cmpint (wait_for_proof (fixture, "S3", 1)->size, >, 1000);
}

/* Receipts */

static DsPayment *
get_payment (AppFixture *fixture, const char *stop_id)
{
  GPtrArray *payments = get_stop (fixture, stop_id)->payments;

  return g_ptr_array_index (payments, payments->len - 1);
}

static void
show_receipt (AppFixture *fixture, DsPayment *payment)
{
  ds_navigator_push (DS_NAVIGATOR (find_type (fixture->window, DS_TYPE_NAVIGATOR)),
                     DS_PAGE (ds_receipt_page_new (fixture->session, payment)));
  ds_test_settle (fixture->window);
}

/* What the code beside it says, to whoever knows the handheld's key. */
static void
check_code (AppFixture *fixture, DsPayment *payment, gboolean final)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = ds_customer_slip_make_code (fixture->session, payment, &error);
  g_autoptr (DsCustomerReceipt) receipt = text != NULL ? ds_customer_receipt_parse_text (text, &error) : NULL;

  g_assert_no_error (error);
  g_assert_true (ds_customer_receipt_verify (
      receipt, ds_store_get_device_key (ds_session_get_store (fixture->session))));
  g_assert_cmpstr (receipt->payment_id, ==, payment->id);
  g_assert_cmpint (receipt->amount_fen, ==, payment->amount_fen);
  g_assert_cmpint (receipt->final, ==, final);
}

static void
test_receipt (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  g_autofree char *path = g_build_filename (fixture->directory, "receipt.pdf", NULL);
  g_autofree char *printer = g_build_filename (fixture->directory, "lp0", NULL);
  g_autofree char *pdf = NULL;
  g_autofree char *printed = NULL;
  gsize n;

  app_fixture_take_cash (fixture, "S1", 28650);
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  ds_test_press (fixture->window, "Paid");
  ds_test_wait_for_words (fixture->window, "The customer photographs it");
  app_fixture_look (fixture, "receipt");
  check_code (fixture, get_payment (fixture, "S1"), TRUE);

  ds_receipt_page_print (DS_RECEIPT_PAGE (find_type (fixture->window, DS_TYPE_RECEIPT_PAGE)), path);
  g_assert_true (g_file_get_contents (path, &pdf, &n, NULL));
  g_assert_cmpint (memcmp (pdf, "%PDF", 4), ==, 0);

  /* No printer, then one. */
  ds_test_press (fixture->window, "Print a slip");
  ds_test_wait_for_words (fixture->window, "The settings name no slip printer");
  g_assert_true (g_file_set_contents (printer, "", 0, NULL));
  g_settings_set_string (preferences, "printer-address", printer);
  ds_test_press (fixture->window, "Print a slip");
  ds_test_wait_for_words (fixture->window, "The slip is printed");
  g_assert_true (g_file_get_contents (printer, &printed, &n, NULL));
  g_assert_cmpuint (n, >, 10000);
}

static DsPayment *
make_accepted (DsPayment *cash)
{
  DsPayment *payment = ds_payment_new ();

  payment->id = g_strdup (cash->id);
  payment->stop_id = g_strdup (cash->stop_id);
  payment->parcels = g_strdupv (cash->parcels);
  payment->amount_fen = cash->amount_fen;
  payment->tender = DS_TENDER_CODE;
  payment->state = DS_PAYMENT_ACCEPTED;
  payment->created_at_ms = cash->created_at_ms;
  payment->changed_at_ms = cash->changed_at_ms;
  return payment;
}

static void
test_provisional (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (DsPayment) accepted = NULL;

  app_fixture_take_cash (fixture, "S1", 28650);
  accepted = make_accepted (get_payment (fixture, "S1"));
  show_receipt (fixture, accepted);
  check_code (fixture, accepted, FALSE);
  app_fixture_look (fixture, "receipt-provisional");
}

/* Shifts */

typedef struct
{
  char *path;
  const char *end;
} Awaited;

/* An earlier "Saved" may still be on the screen: the file says itself whether it is whole. */
static gboolean
is_whole (gpointer user_data)
{
  const Awaited *awaited = user_data;
  g_autofree char *data = NULL;
  gsize n;
  gsize end_n = strlen (awaited->end);

  return g_file_get_contents (awaited->path, &data, &n, NULL) && n >= end_n
         && memcmp (data + n - end_n, awaited->end, end_n) == 0;
}

static char *
save_shift (AppFixture *fixture, DsShiftFile kind, const char *name, gsize *n)
{
  const char *folder = g_getenv ("DS_PICTURES");
  g_autofree char *path = g_build_filename (folder != NULL ? folder : fixture->directory, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  char *data;

  ds_shift_files_save (DS_SHIFT_FILES (find_type (fixture->window, DS_TYPE_SHIFT_FILES)), kind, file);
  ds_test_wait (is_whole, &(Awaited){ path, kind == DS_SHIFT_FILE_PDF ? "%%EOF\n" : "\r\n" }, "the file");
  ds_test_wait_for_words (fixture->window, "Saved");
  g_assert_true (g_file_get_contents (path, &data, n, NULL));
  return data;
}

static void
close_shift (AppFixture *fixture)
{
  guint counts[] = { 2, 1, 1, 0, 0, 1, 1 };

  app_fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts));
}

static void
test_shift_papers (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autofree char *csv = NULL;
  g_autofree char *pdf = NULL;
  gsize n;

  app_fixture_take_cash (fixture, "S1", 28650);
  app_fixture_take_cash (fixture, "S2", 22800);
  app_fixture_leave_unknown (fixture, "S4", 128600);
  close_shift (fixture);
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "shift");
  gtk_widget_activate_action (fixture->window, "win.close-shift", NULL);
  ds_test_press (fixture->window, "Seal code for the clerk");
  ds_test_wait_for_words (fixture->window, "The clerk scans it");
  app_fixture_look (fixture, "seal");
  gtk_widget_activate_action (fixture->window, "win.back", NULL);
  ds_test_settle (fixture->window);
  app_fixture_look (fixture, "close-sent");

  csv = save_shift (fixture, DS_SHIFT_FILE_CSV, "shift.csv", &n);
  g_assert_cmpint (memcmp (csv, "\xef\xbb\xbf", 3), ==, 0);
  g_assert_nonnull (strstr (csv, "286.50"));
  g_assert_nonnull (strstr (csv, "1286.00"));
  g_assert_null (strstr (csv, "Xiaohua")); /* names are masked */
  pdf = save_shift (fixture, DS_SHIFT_FILE_PDF, "shift.pdf", &n);
  g_assert_cmpint (memcmp (pdf, "%PDF", 4), ==, 0);
}

/* Yesterday's shift is still there after today's was opened. */
static void
test_history (void)
{
  g_autoptr (AppFixture) fixture = start ();

  close_shift (fixture);
  app_fixture_feed_statement (fixture, 48650, 61250);
  app_fixture_open_shift (fixture, 100);
  close_shift (fixture);
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "shift");
  ds_test_press (fixture->window, "Earlier shifts");
  ds_test_wait_for_words (fixture->window, "Balanced");
  ds_test_wait_for_words (fixture->window, "No statement yet");
  app_fixture_look (fixture, "shifts");
  {
    GtkWidget *list = ds_test_find (fixture->window, GTK_TYPE_LIST_BOX, "Earlier shifts");

    /* The older one. */
    g_signal_emit_by_name (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1), "activate");
  }
  ds_test_wait_for_words (fixture->window, "Signed by the depot");
  app_fixture_look (fixture, "statement-earlier");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  /* Directories are not isolated: icons and what loads them lie in the system's. The fixture has one of its own. */
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/app/proof/signature", test_signature);
  g_test_add_func ("/app/proof/typed", test_typed);
  g_test_add_func ("/app/proof/pickup-code", test_pickup_code);
  g_test_add_func ("/app/proof/photo-file", test_photo_file);
  g_test_add_func ("/app/proof/photo-camera", test_photo_camera);
  g_test_add_func ("/app/proof/receipt", test_receipt);
  g_test_add_func ("/app/proof/provisional", test_provisional);
  g_test_add_func ("/app/proof/shift-papers", test_shift_papers);
  g_test_add_func ("/app/proof/history", test_history);
  return g_test_run ();
}
