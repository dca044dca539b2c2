/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain values of the store's interface: made here, freed by whoever got them. */
#include "config.h"

#include "ds-store.h"

void
ds_identity_free (DsIdentity *self)
{
  g_free (self->device_id);
  g_free (self->address);
  g_free (self->ca_pem);
  g_clear_pointer (&self->depot_key, ds_key_unref);
  g_free (self->depot_name);
  g_free (self->courier_id);
  g_free (self->courier_name);
  g_free (self);
}

DsIdentity *
ds_identity_copy (const DsIdentity *self)
{
  DsIdentity *copy = g_new0 (DsIdentity, 1);

  copy->device_id = g_strdup (self->device_id);
  copy->address = g_strdup (self->address);
  copy->ca_pem = g_strdup (self->ca_pem);
  copy->depot_key = self->depot_key ? ds_key_ref (self->depot_key) : NULL;
  copy->depot_name = g_strdup (self->depot_name);
  copy->courier_id = g_strdup (self->courier_id);
  copy->courier_name = g_strdup (self->courier_name);
  copy->is_practice = self->is_practice;
  return copy;
}

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
