/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A code that comes as a picture: pasted, chosen as a file, in every form that a courier meets; and what is no picture. */
#include "config.h"

#include "app-fixture.h"
#include "ds-error.h"
#include "ds-picture-source.h"
#include "ds-qr.h"
#include "ds-scan-page.h"

#include <gdk/x11/gdkx.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define POSTER "https://example.com/a-poster"

static const char *xdnd_source;

static void
save_code (const char *text, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) qr = ds_qr_new (text, DS_QR_LEVEL_M, &error);

  g_assert_no_error (error);
  g_assert_true (ds_qr_save (qr, path, 4, &error));
}

static AppFixture *
start (void)
{
  AppFixture *fixture = app_fixture_new_enrolled ();

  app_fixture_feed_stops (fixture, 3);
  app_fixture_open_shift (fixture, 0);
  gtk_widget_activate_action (fixture->window, "win.scan", NULL);
  return fixture;
}

/* A screenshot out of a chat, as another program puts it on the clipboard; and a code that was copied as text. */
static void
test_paste (void)
{
  g_autoptr (AppFixture) fixture = start ();

  save_code (POSTER, "poster.png");
  ds_test_copy_picture (fixture->window, "poster.png");
  ds_test_press (fixture->window, "Paste a code or a picture of one");
  ds_test_wait_for_words (fixture->window, "web");
  ds_test_press (fixture->window, "Scan again");

  ds_test_copy_text (fixture->window, " DS730200000010 \n");
  ds_test_press (fixture->window, "Paste a code or a picture of one");
  ds_test_wait_for_words (fixture->window, "DS7302 0000 0011");
}

static gboolean
is_gone (gpointer place)
{
  return *(gpointer *)place == NULL;
}

/* The courier leaves before the payer code in the picture is read: nobody is charged behind their back. */
static void
test_left (void)
{
  g_autoptr (AppFixture) fixture = start ();
  gpointer page;
  DsStop *stop;

  app_fixture_feed_operators (fixture);
  save_code ("0100320229316139647", "payer.png");
  ds_test_copy_picture (fixture->window, "payer.png");
  g_object_set (ds_session_get_door (fixture->session), "online", TRUE, NULL);
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_press (fixture->window, "Scan customer's code");
  page = ds_test_find_type (fixture->window, DS_TYPE_SCAN_PAGE);
  g_object_add_weak_pointer (page, &page);
  /* Not by ds_test_press(), which waits for frames to be drawn. */
  g_signal_emit_by_name (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Paste a code or a picture of one"),
                         "clicked");
  gtk_widget_activate_action (fixture->window, "win.back", NULL);
  ds_test_wait (is_gone, &page, "what was under way to end");
  stop = ds_route_find (ds_session_get_route (fixture->session), "S1");
  g_assert_cmpuint (stop->payments->len, ==, 0);
}

/* A file copied in a file manager comes with its path as a text, which is no code. */
static void
test_paste_file (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GFile) file = g_file_new_for_path ("poster.png");
  g_autofree char *path = g_file_get_path (file);
  GdkContentProvider *both[2];
  g_autoptr (GdkContentProvider) provider = NULL;

  save_code (POSTER, "poster.png");
  both[0] = gdk_content_provider_new_typed (G_TYPE_STRING, path);
  both[1] = gdk_content_provider_new_typed (G_TYPE_FILE, file);
  provider = gdk_content_provider_new_union (both, G_N_ELEMENTS (both));
  gdk_clipboard_set_content (gtk_widget_get_clipboard (fixture->window), provider);
  ds_test_press (fixture->window, "Paste a code or a picture of one");
  ds_test_wait_for_words (fixture->window, "web");
}

/* Neither in the file nor on the clipboard. */
static void
test_paste_nothing (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GBytes) bmp = g_bytes_new_static ("BM", 2);
  g_autoptr (GdkContentProvider) provider = gdk_content_provider_new_for_bytes ("image/bmp", bmp);

  gdk_clipboard_set_content (gtk_widget_get_clipboard (fixture->window), NULL);
  ds_test_press (fixture->window, "Paste a code or a picture of one");
  ds_test_wait_for_words (fixture->window, "no code and no picture in the clipboard");
  ds_test_press (fixture->window, "Scan again");
  gdk_clipboard_set_content (gtk_widget_get_clipboard (fixture->window), provider);
  ds_test_press (fixture->window, "Paste a code or a picture of one");
  ds_test_wait_for_words (fixture->window, "PNG or JPEG");
}

/* What another program lets go over the page: a picture, a file out of a file manager, and what is no picture. */

static void
did_drop (GObject *process, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_subprocess_wait_check_finish (G_SUBPROCESS (process), result, &error));
  g_assert_no_error (error);
  *(gboolean *)user_data = TRUE;
}

static gboolean
is_done (gpointer done)
{
  return *(gboolean *)done;
}

static void
drop (AppFixture *fixture, const char *type, const char *path)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (fixture->window));
  g_autofree char *window = g_strdup_printf ("%lu", gdk_x11_surface_get_xid (surface));
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, xdnd_source, window, type, path, NULL);
  gboolean done = FALSE;

  g_assert_no_error (error);
  g_subprocess_wait_check_async (process, NULL, did_drop, &done);
  ds_test_wait (is_done, &done, "the drop to be taken");
}

static void
test_drop (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GFile) file = g_file_new_for_path ("poster.png");
  g_autofree char *uri = g_file_get_uri (file);
  g_autofree char *list = g_strconcat (uri, "\r\n", NULL);

  save_code (POSTER, "poster.png");
  ds_test_wait_for_words (fixture->window, "Scan a parcel");
  ds_test_settle (fixture->window);
  drop (fixture, "image/png", "poster.png");
  ds_test_wait_for_words (fixture->window, "web");
  ds_test_press (fixture->window, "Scan again");

  g_assert_true (g_file_set_contents ("list.txt", list, -1, NULL));
  drop (fixture, "text/uri-list", "list.txt");
  ds_test_wait_for_words (fixture->window, "web");
  ds_test_press (fixture->window, "Scan again");

  drop (fixture, "image/png", "list.txt");
  ds_test_wait_for_words (fixture->window, "PNG or JPEG");
}

/* The dialog, which the portal shows inside a sandbox and GTK elsewhere. */
static gboolean
find_dialog (gpointer data)
{
  GtkWidget **dialog = data;
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *at = windows; at != NULL; at = at->next)
    if (GTK_IS_FILE_CHOOSER_DIALOG (at->data) && gtk_widget_get_mapped (at->data))
      *dialog = at->data;
  return *dialog != NULL;
}

static gboolean
has_file (gpointer dialog)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (dialog);

  return file != NULL;
}

static void
test_choose (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GFile) file = g_file_new_for_path ("poster.png");
  GtkWidget *dialog = NULL;

  save_code (POSTER, "poster.png");
  ds_test_press (fixture->window, "Read a picture file");
  ds_test_wait (find_dialog, &dialog, "the dialog");
  gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  ds_test_wait_for_words (fixture->window, "Scan a parcel"); /* nothing happened */

  dialog = NULL;
  ds_test_press (fixture->window, "Read a picture file");
  ds_test_wait (find_dialog, &dialog, "the dialog");
  g_assert_true (gtk_file_chooser_set_file (GTK_FILE_CHOOSER (dialog), file, NULL));
  ds_test_wait (has_file, dialog, "the file to be selected");
  gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  ds_test_wait_for_words (fixture->window, "web");

  /* Left while the dialog is open: it goes with the page. */
  ds_test_press (fixture->window, "Scan again");
  ds_test_press (fixture->window, "Read a picture file");
  dialog = NULL;
  ds_test_wait (find_dialog, &dialog, "the dialog");
}

/* Two codes in a picture: the kind that the screen waits for is taken, whichever comes first. */
static void
test_two_codes (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) both = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint8 *pixels;
  const char *const texts[] = { POSTER, "DS730200000010" };
  const guint width = 600, height = 300;

  pixels = g_malloc ((gsize)width * height * 3);
  memset (pixels, 255, (gsize)width * height * 3);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (DsQr) qr = ds_qr_new (texts[i], DS_QR_LEVEL_M, &error);
      guint side;
      g_autoptr (GBytes) rendered = ds_qr_render (qr, 5, &side);
      const guint8 *from = g_bytes_get_data (rendered, NULL);

      for (guint y = 0; y < MIN (side, height); y++)
        for (guint x = 0; x < MIN (side, width / 2); x++)
          memset (pixels + ((gsize)y * width + x + i * width / 2) * 3, from[(gsize)y * side + x], 3);
    }
  bytes = g_bytes_new_take (pixels, (gsize)width * height * 3);
  both = gdk_memory_texture_new ((int)width, (int)height, GDK_MEMORY_R8G8B8, bytes, width * 3);
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (fixture->window), both);
  ds_test_press (fixture->window, "Paste a code or a picture of one");
  ds_test_wait_for_words (fixture->window, "DS7302 0000 0011");
}

/* Files: each that is no picture of a code gets words, and none keeps anybody waiting. */

static void
did_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static gboolean
has_come (gpointer slot)
{
  return *(GAsyncResult **)slot != NULL;
}

static char *
read_path (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;

  ds_picture_source_read_file_async (file, NULL, did_read, &result);
  ds_test_wait (has_come, &result, path);
  return ds_picture_source_read_text_finish (result, error);
}

static void
save (const char *path, const char *bytes, gsize n)
{
  g_assert_true (g_file_set_contents (path, bytes, (gssize)n, NULL));
}

static void
test_bad_files (void)
{
  static const char gif[] = "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xff\x0bNETSCAPE2.0";
  static const char webp[] = "RIFF\x1a\x00\x00\x00WEBPVP8X";
  static const struct
  {
    const char *path;
    int code;
  } cases[] = {
    { "empty.png", DS_ERROR_INVALID },      { "animated.gif", DS_ERROR_INVALID },
    { "animated.webp", DS_ERROR_INVALID },  { "notes.txt", DS_ERROR_INVALID },
    { "cut.png", DS_ERROR_INVALID },        { "bent.png", DS_ERROR_INVALID },
    { "huge.png", DS_ERROR_OVERFLOW },      { "folder", DS_ERROR_INVALID },
    { "pipe", DS_ERROR_INVALID },           { "/dev/zero", DS_ERROR_INVALID },
    { "nowhere.png", DS_ERROR_INVALID },    { "blank.png", DS_ERROR_NOT_FOUND },
    { "/proc/self/mem", DS_ERROR_INVALID },
  };
  g_autoptr (GError) error = NULL;
  g_autofree char *png = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GBytes) pixels = NULL;
  g_autoptr (GdkTexture) blank = NULL;
  gsize n;
  FILE *huge;

  save_code (POSTER, "good.png");
  g_assert_true (g_file_get_contents ("good.png", &png, &n, NULL));
  save ("empty.png", "", 0);
  save ("animated.gif", gif, sizeof gif);
  save ("animated.webp", webp, sizeof webp);
  save ("notes.txt", "call the customer", 17);
  save ("cut.png", png, n / 2);
  png[20] = (char)0xff; /* its height: two thousand million rows */
  save ("bent.png", png, n);
  huge = fopen ("huge.png", "wb");
  g_assert_cmpint (ftruncate (fileno (huge), DS_PICTURE_MAX_BYTES + 1), ==, 0);
  fclose (huge);
  g_mkdir ("folder", 0700);
  g_assert_cmpint (mkfifo ("pipe", 0600), ==, 0);
  pixels = g_bytes_new_take (g_malloc0 (64 * 64 * 3), 64 * 64 * 3);
  blank = gdk_memory_texture_new (64, 64, GDK_MEMORY_R8G8B8, pixels, 64 * 3);
  g_assert_true (gdk_texture_save_to_png (blank, "blank.png"));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) why = NULL;
      g_autofree char *read = read_path (cases[i].path, &why);

      g_test_message ("%s: %s", cases[i].path, why != NULL ? why->message : read);
      g_assert_null (read);
      g_assert_error (why, DS_ERROR, cases[i].code);
      g_assert_cmpuint (strlen (why->message), >, 20);
    }
  text = read_path ("good.png", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, POSTER);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, >, 1);
  xdnd_source = argv[1];
  if (!app_fixture_init ())
    return 77;
  folder = g_dir_make_tmp ("doorstep-pictures-XXXXXX", NULL);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_test_add_func ("/pictures/paste", test_paste);
  g_test_add_func ("/pictures/left", test_left);
  g_test_add_func ("/pictures/paste-file", test_paste_file);
  g_test_add_func ("/pictures/paste-nothing", test_paste_nothing);
  g_test_add_func ("/pictures/drop", test_drop);
  g_test_add_func ("/pictures/choose", test_choose);
  g_test_add_func ("/pictures/two-codes", test_two_codes);
  g_test_add_func ("/pictures/bad-files", test_bad_files);
  return g_test_run ();
}
