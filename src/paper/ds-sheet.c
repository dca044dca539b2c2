/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-sheet.h"

#include "ds-error.h"
#include "ds-qr.h"
#include "ds-task.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

/* A4 in points. */
#define PAGE_WIDTH 595.0
#define PAGE_HEIGHT 842.0
#define MARGIN 48.0
#define WIDTH (PAGE_WIDTH - 2 * MARGIN)
#define FOOT_Y (PAGE_HEIGHT - 36.0)
#define BOTTOM (PAGE_HEIGHT - 56.0)
#define CELL_GAP 6.0
#define CODE_MODULE 2.2
#define MAX_COLUMNS 8

typedef enum
{
  ITEM_HEADING,
  ITEM_TEXT,
  ITEM_ROW,
  ITEM_CODE,
  ITEM_COLUMNS,
  ITEM_RECORD,
} ItemKind;

typedef struct
{
  ItemKind kind;
  GStrv texts;
  double shares[MAX_COLUMNS];
  guint right;
  DsQr *symbol;
} Item;

struct _DsSheet
{
  char *title;
  char *subtitle;
  char *foot;
  GPtrArray *items;
};

/* A sheet being drawn. */
typedef struct
{
  DsSheet *sheet;
  cairo_t *cairo;
  double y;
  guint page;
  const Item *columns; /* (nullable): of the table under way */
} Page;

static void
item_free (gpointer data)
{
  Item *self = data;

  g_strfreev (self->texts);
  g_clear_pointer (&self->symbol, ds_qr_free);
  g_free (self);
}

DsSheet *
ds_sheet_new (const char *title, const char *subtitle, const char *foot)
{
  DsSheet *self = g_new0 (DsSheet, 1);

  self->title = g_strdup (title);
  self->subtitle = g_strdup (subtitle);
  self->foot = g_strdup (foot);
  self->items = g_ptr_array_new_with_free_func (item_free);
  return self;
}

void
ds_sheet_free (DsSheet *self)
{
  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->foot);
  g_ptr_array_unref (self->items);
  g_free (self);
}

static Item *
add_item (DsSheet *self, ItemKind kind, const char *first, const char *second)
{
  const char *const texts[] = { first, second, NULL };
  Item *item = g_new0 (Item, 1);

  item->kind = kind;
  item->texts = g_strdupv ((GStrv)texts);
  g_ptr_array_add (self->items, item);
  return item;
}

void
ds_sheet_add_heading (DsSheet *self, const char *text)
{
  add_item (self, ITEM_HEADING, text, NULL);
}

void
ds_sheet_add_text (DsSheet *self, const char *text)
{
  add_item (self, ITEM_TEXT, text, NULL);
}

void
ds_sheet_add_row (DsSheet *self, const char *name, const char *value)
{
  add_item (self, ITEM_ROW, name, value);
}

void
ds_sheet_add_code (DsSheet *self, const char *text, const char *caption)
{
  DsQr *symbol = ds_qr_new (text, DS_QR_LEVEL_M, NULL);

  if (symbol != NULL)
    add_item (self, ITEM_CODE, caption, NULL)->symbol = symbol;
}

void
ds_sheet_begin_table (DsSheet *self, const char *const *columns, const double *shares, guint right)
{
  Item *item;
  guint n = g_strv_length ((GStrv)columns);

  g_return_if_fail (n > 0 && n <= MAX_COLUMNS);

  item = add_item (self, ITEM_COLUMNS, NULL, NULL);
  g_strfreev (item->texts);
  item->texts = g_strdupv ((GStrv)columns);
  for (guint i = 0; i < n; i++)
    item->shares[i] = shares[i];
  item->right = right;
}

void
ds_sheet_add_record (DsSheet *self, const char *const *cells)
{
  Item *item = add_item (self, ITEM_RECORD, NULL, NULL);

  g_strfreev (item->texts);
  item->texts = g_strdupv ((GStrv)cells);
}

/* Drawing */

static PangoLayout *
make_layout (Page *page, const char *text, double size, gboolean bold, double width, gboolean right)
{
  PangoLayout *layout = pango_cairo_create_layout (page->cairo);
  g_autoptr (PangoFontDescription) font = pango_font_description_new ();

  pango_font_description_set_family (font, "Cantarell, Noto Sans CJK SC, WenQuanYi Micro Hei, Sans");
  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  pango_layout_set_width (layout, (int)(width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment (layout, right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  return layout;
}

static double
get_height (PangoLayout *layout)
{
  int height;

  pango_layout_get_size (layout, NULL, &height);
  return (double)height / PANGO_SCALE;
}

static double
show_text (Page *page, const char *text, double x, double size, gboolean bold, double width, gboolean right)
{
  g_autoptr (PangoLayout) layout = make_layout (page, text, size, bold, width, right);

  cairo_move_to (page->cairo, x, page->y);
  pango_cairo_show_layout (page->cairo, layout);
  return get_height (layout);
}

static void
show_line (Page *page)
{
  cairo_set_line_width (page->cairo, 0.5);
  cairo_move_to (page->cairo, MARGIN, page->y);
  cairo_rel_line_to (page->cairo, WIDTH, 0);
  cairo_stroke (page->cairo);
}

static void
begin_page (Page *page)
{
  g_autofree char *foot = g_strdup_printf ("%s · %u", page->sheet->foot, page->page + 1);

  if (page->page > 0)
    cairo_show_page (page->cairo);
  page->page++;
  cairo_set_source_rgb (page->cairo, 0, 0, 0);
  page->y = FOOT_Y;
  show_text (page, foot, MARGIN, 8, FALSE, WIDTH, FALSE);
  page->y = MARGIN;
  if (page->page > 1)
    return;
  page->y += show_text (page, page->sheet->title, MARGIN, 20, TRUE, WIDTH, FALSE);
  page->y += show_text (page, page->sheet->subtitle, MARGIN, 10, FALSE, WIDTH, FALSE) + 8;
}

/* Measures first, so that no record is torn in two by the page's end. */
static double
measure_cells (Page *page, const Item *item, gboolean bold)
{
  double height = 0;

  for (guint i = 0; item->texts[i] != NULL && page->columns->texts[i] != NULL; i++)
    {
      double width = WIDTH * page->columns->shares[i] - CELL_GAP;
      g_autoptr (PangoLayout) layout = make_layout (page, item->texts[i], 9, bold, width, FALSE);

      height = MAX (height, get_height (layout));
    }
  return height;
}

static void
show_cells (Page *page, const Item *item, gboolean bold)
{
  double height = measure_cells (page, item, bold);
  double x = MARGIN;

  for (guint i = 0; item->texts[i] != NULL && page->columns->texts[i] != NULL; i++)
    {
      double width = WIDTH * page->columns->shares[i];

      show_text (page, item->texts[i], x, 9, bold, width - CELL_GAP, (page->columns->right & 1u << i) != 0);
      x += width;
    }
  page->y += height + 3;
  show_line (page);
  page->y += 3;
}

static double
get_code_side (const Item *item)
{
  return CODE_MODULE * (ds_qr_get_size (item->symbol) + 2 * DS_QR_QUIET);
}

static void
show_code (Page *page, const Item *item)
{
  guint n = ds_qr_get_size (item->symbol);
  double side = get_code_side (item);
  double quiet = CODE_MODULE * DS_QR_QUIET;

  for (guint row = 0; row < n; row++)
    {
      for (guint column = 0; column < n; column++)
        {
          /* A hair wider, so that no white line shows between two. */
          if (ds_qr_is_dark (item->symbol, column, row))
            cairo_rectangle (page->cairo, MARGIN + column * CODE_MODULE, page->y + quiet + row * CODE_MODULE,
                             CODE_MODULE + 0.02, CODE_MODULE + 0.02);
        }
    }
  cairo_fill (page->cairo);
  page->y += quiet;
  show_text (page, item->texts[0], MARGIN + side, 9, FALSE, WIDTH - side, FALSE);
  page->y += side - quiet;
}

static double
measure (Page *page, const Item *item)
{
  switch (item->kind)
    {
    case ITEM_RECORD:
      return measure_cells (page, item, FALSE) + 6;
    case ITEM_CODE:
      return get_code_side (item);
    case ITEM_HEADING:
    case ITEM_COLUMNS:
      /* With something below it. */
      return 60;
    case ITEM_TEXT:
    case ITEM_ROW:
    default:
      return 30;
    }
}

static void
show_item (Page *page, const Item *item)
{
  if (item->kind == ITEM_COLUMNS)
    page->columns = item;
  if (page->y + measure (page, item) > BOTTOM)
    {
      begin_page (page);
      if (item->kind == ITEM_RECORD)
        show_cells (page, page->columns, TRUE);
    }
  switch (item->kind)
    {
    case ITEM_HEADING:
      page->y += 10;
      page->y += show_text (page, item->texts[0], MARGIN, 13, TRUE, WIDTH, FALSE) + 4;
      break;
    case ITEM_TEXT:
      page->y += show_text (page, item->texts[0], MARGIN, 10, FALSE, WIDTH, FALSE) + 2;
      break;
    case ITEM_ROW:
      show_text (page, item->texts[1], MARGIN + WIDTH / 2, 10, FALSE, WIDTH / 2, TRUE);
      page->y += show_text (page, item->texts[0], MARGIN, 10, FALSE, WIDTH / 2, FALSE) + 2;
      break;
    case ITEM_CODE:
      show_code (page, item);
      break;
    case ITEM_COLUMNS:
      show_cells (page, item, TRUE);
      break;
    case ITEM_RECORD:
    default:
      show_cells (page, item, FALSE);
      break;
    }
}

static cairo_status_t
append (void *closure, const guint8 *data, guint n)
{
  g_byte_array_append (closure, data, n);
  return CAIRO_STATUS_SUCCESS;
}

GBytes *
ds_sheet_make_pdf (DsSheet *self, GError **error)
{
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (append, bytes, PAGE_WIDTH, PAGE_HEIGHT);
  cairo_t *cairo = cairo_create (surface);
  Page page = { .sheet = self, .cairo = cairo };
  cairo_status_t status;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, self->title);
  begin_page (&page);
  for (guint i = 0; i < self->items->len; i++)
    show_item (&page, g_ptr_array_index (self->items, i));
  cairo_destroy (cairo);
  cairo_surface_finish (surface);
  status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (bytes);
  g_byte_array_unref (bytes);
  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The report cannot be drawn: %s",
               cairo_status_to_string (status));
  return NULL;
}

typedef struct
{
  DsSheet *sheet;
  GFile *file;
} Saving;

static void
saving_free (gpointer data)
{
  Saving *self = data;

  ds_sheet_free (self->sheet);
  g_object_unref (self->file);
  g_free (self);
}

static void
save (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Saving *saving = data;
  GError *error = NULL;
  g_autoptr (GBytes) pdf = ds_sheet_make_pdf (saving->sheet, &error);

  if (pdf != NULL
      && g_file_replace_contents (saving->file, g_bytes_get_data (pdf, NULL), g_bytes_get_size (pdf), NULL,
                                  FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
ds_sheet_save_pdf_async (DsSheet *sheet,
                         GFile *file,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Saving *saving;

  g_return_if_fail (sheet != NULL);
  g_return_if_fail (G_IS_FILE (file));

  g_task_set_source_tag (task, DS_TASK_TAG (ds_sheet_save_pdf_async));
  g_task_set_name (task, "[doorstep] save a report");
  saving = g_new0 (Saving, 1);
  saving->sheet = sheet;
  saving->file = g_object_ref (file);
  g_task_set_task_data (task, saving, saving_free);
  g_task_run_in_thread (task, save);
}

gboolean
ds_sheet_save_pdf_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
