// B16 放射工作人员个人剂量
import { employer, organisation, play } from './play.mjs';
import { client, identity } from './steps.mjs';

/** A worker on the employer's roster; badges are issued to those only. */
async function worker(n) {
  const person = { person_name: '旅样己', id_no: identity(610 + 2 * n), rad_occ: '3B' };
  await (await client('employer')).file('radiation_worker', { ...await employer(), ...person });
  return person;
}

play({
  process: 'b16',
  title: 'RQ-092 a badge is issued, worn, overdue, returned, read, reported, entered, verified and registered',
  kind: 'dose',
  by: 'dosimetry',
  values: async (n) => ({
    ...await employer(), ...await worker(n), period: '2021Q1', issued_on: '2020-12-28', worn_from: '2021-01-02',
    worn_to: '2021-03-30', device: 'TLD', device_no: `LC-${n}`, lab_name: (await organisation('dosimetry')).name, hp10: 0.12, mdl: 0.02,
  }),
  path: [
    { by: 'dosimetry', step: 'wear' },
    { overdue: ['dosimetry', '剂量计'] },
    { by: 'employer', step: 'return', needs: { returned_on: '2021-04-08' } },
    { settled: ['dosimetry', '剂量计'] },
    { by: 'dosimetry', step: 'read' },
    { never: ['employer', 'report'] },
    { by: 'dosimetry', step: 'report', needs: { reported_on: '2021-05-03' } },
    { by: 'dosimetry', step: 'enter' },
    { by: 'cdc', step: 'verify' },
    { by: 'cdc', step: 'verified', needs: { verify_result: 'real' } },
    { by: 'cdc', step: 'register', needs: { registered_on: '2021-06-01' } },
  ],
  last: 'registered',
});
