CREATE TABLE r_location_building_history (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    code text,
    total numeric(19, 2) NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_r_location_building_history_tenant ON r_location_building_history (tenant_id);

COMMENT ON TABLE r_location_building_history IS 'Read side of w_location_building_history';
