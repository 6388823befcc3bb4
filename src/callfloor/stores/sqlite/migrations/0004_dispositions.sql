-- What the agent said of a call, by its name.
ALTER TABLE call_records ADD COLUMN disposition TEXT;

-- When a person wants to be called, and by which agent of which floor.
ALTER TABLE leads ADD COLUMN appointment_at REAL;
ALTER TABLE leads ADD COLUMN appointment_floor INTEGER;
ALTER TABLE leads ADD COLUMN appointment_agent INTEGER;
CREATE INDEX leads_appointments ON leads (list, appointment_at) WHERE appointment_at IS NOT NULL;
