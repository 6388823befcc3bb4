-- The guard of a floor's transaction, as a statement that fails: it needs no round trip of its own.
CREATE FUNCTION expect_version(of_floor bigint, expected bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    SELECT version INTO found FROM floors WHERE id = of_floor FOR UPDATE;
    IF found IS DISTINCT FROM expected THEN
        RAISE EXCEPTION 'floor % is at version %, this process knows %', of_floor, found, expected
            USING ERRCODE = 'CF001';
    END IF;
END
$$;
