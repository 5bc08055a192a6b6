// B2 职业病危害项目申报
import { employer, play } from './play.mjs';

play({
  process: 'b02',
  title: 'RQ-018 a declaration is filed, returned, overdue for its receipt, receipted, valid, changed and cancelled',
  kind: 'declaration',
  by: 'employer',
  values: async (n) => ({
    ...await employer(), decl_type: '3', decl_year: 2022, declared_on: `2022-03-${10 + n}`, filer: '样填报', staff_total: 60, dispatched: 0,
    exposed_total: 20, hazards: ['P001'], tested: 'false', exam_done: 'false',
  }),
  path: [
    { by: 'employer', step: 'submit' },
    { never: ['employer', 'accept'] },
    { by: 'city', step: 'return', needs: { return_reason: '接害人数与上年相差较大，请核实' } },
    { by: 'employer', step: 'submit' },
    { overdue: ['city', '出具申报回执'] },
    { never: ['city', 'receipt'] },
    { by: 'city', step: 'accept', needs: { accepted_on: '2024-03-12' } },
    { by: 'city', step: 'receipt', needs: { receipt_no: '130302-2022-00001' } },
    { settled: ['city', '出具申报回执'] },
    { by: 'city', step: 'validate' },
    { by: 'employer', step: 'begin_change' },
    { by: 'city', step: 'end_change' },
    { by: 'city', step: 'cancel', needs: { change_reason: '停止生产' } },
    { never: ['city', 'validate'] },
  ],
  last: 'cancelled',
  workbook: 'city',
});
