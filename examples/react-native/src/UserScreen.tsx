/** The screen of one user: a button that places an order, and the user that each step of its orders read. */
import { useReducer, useRef } from 'react';
import { Pressable, StyleSheet, Text, View } from 'react-native';
import { withOrder } from './current-order';
import { placeOrder } from './order/place-order';
import { STEPS, type Step } from './order/steps';

/** The user that each step of an order has read, by the name of the step. */
type Order = Readonly<Partial<Record<Step, string>>>;

interface Reading {
  readonly order: number;
  readonly step: Step;
  readonly user: string | undefined;
}

const addReading = (orders: readonly Order[], { order, step, user }: Reading): readonly Order[] =>
  Object.assign([...orders], { [order]: { ...orders[order], [step]: user ?? 'none' } });

export function UserScreen({ user, url }: { readonly user: string; readonly url: string }) {
  const [orders, read] = useReducer(addReading, []);

  const orderCount = useRef(0);

  const placeNext = () => {
    const order = orderCount.current++;
    withOrder(user, () => placeOrder((step, reader) => read({ order, step, user: reader }), url)).catch(console.error);
  };

  return (
    <View style={styles.screen}>
      <Pressable accessibilityRole="button" style={styles.button} onPress={placeNext} testID={`order for ${user}`}>
        <Text style={styles.label}>Order for {user}</Text>
      </Pressable>
      {orders.map((order, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: orders are only added, at the end
        <View key={index} style={styles.order}>
          {STEPS.map((step) => (
            <Text key={step} style={styles[stateOf(order[step], user)]} testID={`${user}, ${index}, ${step}`}>
              {`${step}: ${order[step] ?? '…'}`}
            </Text>
          ))}
        </View>
      ))}
    </View>
  );
}

function stateOf(reader: string | undefined, user: string): 'waiting' | 'right' | 'wrong' {
  if (reader === undefined) return 'waiting';
  return reader === user ? 'right' : 'wrong';
}

const styles = StyleSheet.create({
  screen: { flex: 1, padding: 8 },
  button: { padding: 12, borderRadius: 6, backgroundColor: '#1d4ed8' },
  label: { color: '#ffffff', textAlign: 'center' },
  order: { marginTop: 12 },
  waiting: { color: '#6b7280' },
  right: { color: '#15803d' },
  wrong: { color: '#b91c1c', fontWeight: 'bold' },
});
