// B10 救治救助保障
import { play } from './play.mjs';
import { identity } from './steps.mjs';

play({
  process: 'b10',
  title: 'RQ-053 RQ-055 an aid case is checked, sent, refused and sent again, granted, reviewed, ended',
  kind: 'aid_case',
  by: 'cdc',
  values: async (n) => ({
    person_name: '旅样戊', id_type: '01', id_no: identity(510 + 2 * n), county: '130302', town: '海港镇', basis_kind: '1', aid_type: '2', source_kind: 'manual',
    source_id: `旅程救申-${n}`, found_on: '2021-05-12', found_by: '随访', employer_state: 'cancelled', income_head: 9600, household: '三口之家',
  }),
  path: [
    { by: 'cdc', step: 'check' },
    { never: ['civil', 'grant'] },
    { by: 'cdc', step: 'send', needs: { department: '海港区测例民政局', sent_on: '2021-06-01', check_note: '用人单位已注销，无工伤保险' } },
    { by: 'civil', step: 'refuse', needs: { decided_on: '2021-06-10', result: '缺收入证明，退回补充' } },
    { by: 'cdc', step: 'send', needs: { department: '海港区测例民政局', sent_on: '2021-06-20', check_note: '已补收入证明' } },
    { by: 'civil', step: 'accept', needs: { accepted_on: '2021-06-22' } },
    { by: 'civil', step: 'grant', needs: { decided_on: '2021-07-01', result: '认定，按年救助' } },
    { by: 'civil', step: 'review', needs: { reviewed_on: '2022-06-20' } },
    { by: 'civil', step: 'grant', needs: { decided_on: '2022-07-01', result: '续享一年' } },
    { by: 'cdc', step: 'end', needs: { end_reason: '户籍迁出' } },
  ],
  last: 'ended',
});
