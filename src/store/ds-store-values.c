/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain values of the store's interface: made here, freed by whoever got them. */
#include "config.h"

#include "ds-store.h"

void
ds_problem_free (DsProblem *self)
{
  g_free (self->kind);
  g_free (self->subject);
  g_clear_object (&self->stop);
  g_clear_object (&self->payment);
  g_free (self->text);
  g_free (self);
}

void
ds_change_free (DsChange *self)
{
  g_free (self->stop_id);
  g_free (self->kind);
  g_free (self->detail);
  g_free (self);
}

void
ds_outbox_free (DsOutbox *self)
{
  g_clear_pointer (&self->lines, g_bytes_unref);
  g_free (self);
}
