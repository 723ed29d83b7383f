/// <reference lib="dom" />
/** Vue 3.5, with the composition API and a template, which is compiled in the page when it is mounted. */
import { createApp, nextTick, shallowRef } from 'vue';
import type { PageApp } from './page-app.js';
import { BUTTONS, INITIAL_STATE, type Operation, reduce } from './page-state.js';

const TEMPLATE = `
  <button v-for="name in BUTTONS" :key="name" :id="name" @click="dispatch(name, name)">{{ name }}</button>
  <table><tbody>
    <tr v-for="row of state.rows" :key="row.id" :class="row.id === state.selected ? 'danger' : ''">
      <td>{{ row.id }}</td>
      <td><a class="select" @click="dispatch('select', { select: row.id })">{{ row.label }}</a></td>
      <td><a class="remove" @click="dispatch('remove', { remove: row.id })">×</a></td>
    </tr>
  </tbody></table>
`;

export const app: PageApp = {
  mount(root, inFlow) {
    createApp({
      template: TEMPLATE,
      setup() {
        const state = shallowRef(INITIAL_STATE);
        const dispatch = (name: string, operation: Operation) =>
          inFlow(name, () => {
            state.value = reduce(state.value, operation);
          });
        return { BUTTONS, state, dispatch };
      },
    }).mount(root);
  },
  settled: () => nextTick(),
};
