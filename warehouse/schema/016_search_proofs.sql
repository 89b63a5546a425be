-- The proof of a search is an object; it was stored as a text that holds one.

UPDATE searches SET proof = (proof->>'$')::JSON WHERE json_type(proof) = 'VARCHAR';
