// B9 尘肺病筛查、随访
import { play } from './play.mjs';
import { identity } from './steps.mjs';

play({
  process: 'b09',
  title: 'RQ-037 RQ-038 a patient found by screening is referred, diagnosed, followed, overdue for a visit, closed',
  kind: 'patient',
  by: 'cdc',
  values: async (n) => ({
    person_name: '旅样丁', id_type: '01', id_no: identity(410 + 2 * n), sex: '2', birth_date: '1980-01-01', county: '130302', town: '海港镇',
    registered_on: '2021-01-10', found_by: '主动筛查', film_on: '2021-01-05', living: 'alive',
  }),
  path: [
    { never: ['cdc', 'refer'] },
    { by: 'cdc', step: 'take_history', needs: { dust_history: '1998 年至 2015 年在测例矿业井下掘进' } },
    { by: 'cdc', step: 'refer', needs: { referred_to: '秦皇岛市试例职业病防治院', referred_on: '2021-01-20' } },
    { by: 'cdc', step: 'result', needs: { basis_kind: '1' } },
    { by: 'cdc', step: 'follow' },
    { overdue: ['cdc', '随访'] },
    { by: 'cdc', step: 'close' },
    { settled: ['cdc', '随访'] },
  ],
  last: 'closed',
  book: { pneu_kind: '01', stage: '1' },
});
