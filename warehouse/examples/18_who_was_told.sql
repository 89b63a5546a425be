-- Who was told of what, who is still owed, and what went wrong?
SELECT d.recipient, d.channel, d.state, coalesce(e.kind, n.kind) AS about, e.nct_id, d.attempts, d.sent_at, d.error
FROM deliveries AS d
LEFT JOIN events AS e ON e.event_id = d.event_id
LEFT JOIN notices AS n ON n.notice_id = d.event_id
ORDER BY d.state, d.recipient, d.channel, about, e.nct_id;
