/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-metrics.h"

#include <stdarg.h>

#define MAX_DECIMALS 6

typedef struct
{
  gint64 value; /* a histogram's sum */
  gint64 count;
  gint64 *buckets; /* (nullable): how many fell between a bound and the one before it */
} Sample;

typedef struct
{
  const DsMetricFamily *about;
  GPtrArray *labels; /* (element-type utf8): in the order in which they came: the text does not jump about */
  GHashTable *samples;
} Family;

struct _DsMetrics
{
  Family *families;
  guint n_families;
};

static void
sample_free (gpointer data)
{
  Sample *self = data;

  g_free (self->buckets);
  g_free (self);
}

DsMetrics *
ds_metrics_new (const DsMetricFamily *families, guint n_families)
{
  DsMetrics *self = g_new0 (DsMetrics, 1);

  self->families = g_new0 (Family, n_families);
  self->n_families = n_families;
  for (guint i = 0; i < n_families; i++)
    {
      Family *family = &self->families[i];

      family->about = &families[i];
      family->labels = g_ptr_array_new_with_free_func (g_free);
      family->samples = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, sample_free);
    }
  return self;
}

void
ds_metrics_free (DsMetrics *self)
{
  for (guint i = 0; i < self->n_families; i++)
    {
      g_hash_table_unref (self->families[i].samples);
      g_ptr_array_unref (self->families[i].labels);
    }
  g_free (self->families);
  g_free (self);
}

/* Values */

static void
append_escaped (GString *text, const char *value)
{
  for (; *value != '\0'; value++)
    {
      if (*value == '\\' || *value == '"')
        g_string_append_c (text, '\\');
      if (*value == '\n')
        g_string_append (text, "\\n");
      else
        g_string_append_c (text, *value);
    }
}

/* Returns: (transfer full): NAME="VALUE",… */
static char *
format_labels (va_list labels)
{
  GString *text = g_string_new (NULL);
  const char *name;

  while ((name = va_arg (labels, const char *)) != NULL)
    {
      g_string_append_printf (text, "%s%s=\"", text->len > 0 ? "," : "", name);
      append_escaped (text, va_arg (labels, const char *));
      g_string_append_c (text, '"');
    }
  return g_string_free (text, FALSE);
}

static guint
count_bounds (const DsMetricFamily *about)
{
  guint n = 0;

  while (about->bounds != NULL && about->bounds[n] != 0)
    n++;
  return n;
}

static Sample *
find_sample (DsMetrics *self, guint at, va_list labels)
{
  Family *family = &self->families[at];
  g_autofree char *text = format_labels (labels);
  Sample *sample = g_hash_table_lookup (family->samples, text);

  if (sample != NULL)
    return sample;
  sample = g_new0 (Sample, 1);
  if (family->about->kind == DS_METRIC_HISTOGRAM)
    sample->buckets = g_new0 (gint64, count_bounds (family->about) + 1);
  g_hash_table_insert (family->samples, text, sample);
  g_ptr_array_add (family->labels, g_steal_pointer (&text));
  return sample;
}

void
ds_metrics_add (DsMetrics *self, guint family, gint64 n, ...)
{
  va_list labels;

  g_return_if_fail (family < self->n_families && n >= 0);

  va_start (labels, n);
  find_sample (self, family, labels)->value += n;
  va_end (labels);
}

void
ds_metrics_set (DsMetrics *self, guint family, gint64 value, ...)
{
  va_list labels;

  g_return_if_fail (family < self->n_families);

  va_start (labels, value);
  find_sample (self, family, labels)->value = value;
  va_end (labels);
}

void
ds_metrics_observe (DsMetrics *self, guint family, gint64 value, ...)
{
  const gint64 *bounds;
  Sample *sample;
  va_list labels;
  guint i = 0;

  g_return_if_fail (family < self->n_families);
  g_return_if_fail (self->families[family].about->kind == DS_METRIC_HISTOGRAM);

  va_start (labels, value);
  sample = find_sample (self, family, labels);
  va_end (labels);
  for (bounds = self->families[family].about->bounds; bounds[i] != 0 && value > bounds[i];)
    i++;
  sample->buckets[i]++;
  sample->count++;
  sample->value += value;
}

void
ds_metrics_clear (DsMetrics *self, guint family)
{
  g_return_if_fail (family < self->n_families);

  g_hash_table_remove_all (self->families[family].samples);
  g_ptr_array_set_size (self->families[family].labels, 0);
}

/* Text */

/* In whole numbers: a sum that grows for months loses nothing. The bounds of buckets are written as floats are. */
static void
append_number (GString *text, gint64 value, gint64 per_one, gboolean as_float)
{
  gint64 rest = ABS (value % per_one);
  char digits[MAX_DECIMALS + 1];
  int n = 0;

  for (gint64 unit = per_one / 10; unit > 0 && n < MAX_DECIMALS; unit /= 10)
    {
      digits[n++] = (char)('0' + rest / unit);
      rest %= unit;
    }
  while (n > 0 && digits[n - 1] == '0')
    n--;
  digits[n] = '\0';
  g_string_append_printf (text, "%s%" G_GINT64_FORMAT, value < 0 && value > -per_one ? "-" : "",
                          value / per_one);
  if (n > 0 || as_float)
    g_string_append_printf (text, ".%s", n > 0 ? digits : "0");
}

static void
append_sample (GString *text, const char *name, const char *suffix, const char *labels)
{
  g_string_append_printf (text, "%s%s", name, suffix);
  if (*labels != '\0')
    g_string_append_printf (text, "{%s}", labels);
  g_string_append_c (text, ' ');
}

static void
append_histogram (GString *text, const DsMetricFamily *about, const char *labels, const Sample *sample)
{
  guint n_bounds = count_bounds (about);
  gint64 count = 0;

  for (guint i = 0; i <= n_bounds; i++)
    {
      count += sample->buckets[i];
      g_string_append_printf (text, "%s_bucket{%s%sle=\"", about->name, labels, *labels ? "," : "");
      if (i < n_bounds)
        append_number (text, about->bounds[i], about->per_one, TRUE);
      else
        g_string_append (text, "+Inf");
      g_string_append_printf (text, "\"} %" G_GINT64_FORMAT "\n", count);
    }
  append_sample (text, about->name, "_count", labels);
  g_string_append_printf (text, "%" G_GINT64_FORMAT "\n", sample->count);
  append_sample (text, about->name, "_sum", labels);
  append_number (text, sample->value, about->per_one, FALSE);
  g_string_append_c (text, '\n');
}

static void
append_family (GString *text, const Family *family)
{
  static const char *const kinds[] = { "counter", "gauge", "histogram" };
  const DsMetricFamily *about = family->about;

  g_string_append_printf (text, "# TYPE %s %s\n", about->name, kinds[about->kind]);
  if (about->unit != NULL)
    g_string_append_printf (text, "# UNIT %s %s\n", about->name, about->unit);
  g_string_append_printf (text, "# HELP %s %s\n", about->name, about->help);
  for (guint i = 0; i < family->labels->len; i++)
    {
      const char *labels = g_ptr_array_index (family->labels, i);
      const Sample *sample = g_hash_table_lookup (family->samples, labels);

      if (about->kind == DS_METRIC_HISTOGRAM)
        {
          append_histogram (text, about, labels, sample);
          continue;
        }
      append_sample (text, about->name, about->kind == DS_METRIC_COUNTER ? "_total" : "", labels);
      append_number (text, sample->value, about->per_one, FALSE);
      g_string_append_c (text, '\n');
    }
}

char *
ds_metrics_to_text (DsMetrics *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->n_families; i++)
    append_family (text, &self->families[i]);
  g_string_append (text, "# EOF\n");
  return g_string_free (text, FALSE);
}
