/** The screens of two users, beside each other, who can tap at once. */
import { StyleSheet, View } from 'react-native';
import { UserScreen } from './UserScreen';

const USERS = ['user 1', 'user 2'];

/** Metro's own server, which responds to every app that is being developed. */
const STATUS_URL = 'http://localhost:8081/status';

export function App() {
  return (
    <View style={styles.app}>
      {USERS.map((user) => (
        <UserScreen key={user} user={user} url={STATUS_URL} />
      ))}
    </View>
  );
}

const styles = StyleSheet.create({
  app: { flex: 1, flexDirection: 'row', paddingTop: 48 },
});
