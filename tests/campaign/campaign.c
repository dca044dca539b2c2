/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "campaign.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_PRINTED 10

static guint32
get_number (const char *variable, guint32 otherwise)
{
  const char *text = g_getenv (variable);

  return text != NULL ? (guint32)strtoul (text, NULL, 10) : otherwise;
}

void
campaign_begin (Campaign *self, const char *name, guint n_cases)
{
  self->name = name;
  self->n_wanted = get_number ("DS_CASES", n_cases);
  self->first_seed = get_number ("DS_SEED", (guint32)g_test_rand_int ());
  self->n_cases = 0;
  self->n_violations = 0;
}

gboolean
campaign_goes_on (const Campaign *self)
{
  return self->n_cases < self->n_wanted;
}

void
campaign_note_violation (Campaign *self, guint32 seed, const char *what)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = g_path_get_dirname (program != NULL ? program : "./");
  g_autofree char *path = g_build_filename (directory, "failing-seeds.txt", NULL);
  FILE *file;

  if (self->n_violations++ >= MAX_PRINTED)
    return;
  g_test_message ("%s, DS_SEED=%u: %s", self->name, seed, what);
  file = fopen (path, "a");
  if (file == NULL)
    return;
  fprintf (file, "%s DS_SEED=%u %s\n", self->name, seed, what);
  fclose (file);
}

void
campaign_end (Campaign *self)
{
  g_test_message ("campaign: %s, %u cases, %u violations", self->name, self->n_cases, self->n_violations);
  g_assert_cmpuint (self->n_violations, ==, 0);
}
