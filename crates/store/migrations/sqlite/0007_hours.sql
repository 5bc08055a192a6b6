-- Hours of readings and the room of the quarantine are in the file of the readings (migrations/readings); this step keeps the numbers of both databases together.
SELECT 1;
