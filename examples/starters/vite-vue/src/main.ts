import { createApp } from 'vue';
import OrderList from './order-list.vue';

createApp(OrderList).mount('#root');
