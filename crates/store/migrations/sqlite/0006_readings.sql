-- Readings of on-line devices are in a file of their own beside this one (migrations/readings); this step keeps the numbers of both databases together.
SELECT 1;
