import { useEffect, useState } from 'react';
import { AppState, FlatList, Text, TextInput, View } from 'react-native';
import { Chat } from '../chat';
import { useNamespace } from '../react/use-namespace';

export function Room({ url }) {
  // An app has no origin of its own: it names the server.
  const chat = useNamespace(() => new Chat(url), url);
  const [text, setText] = useState('');

  // The system may end the connection of an app in the background at any time.
  useEffect(() => {
    const subscription = AppState.addEventListener('change', (state) => {
      if (state === 'active') chat?.connect();
      else if (state === 'background') chat?.disconnect();
    });
    return () => subscription.remove();
  }, [chat]);

  function say() {
    chat?.emit('say', text);
    setText('');
  }

  return (
    <View>
      <Text role="status">{chat?.connected ? 'connected' : 'offline'}</Text>
      <TextInput aria-label="Message" value={text} onChangeText={setText} onSubmitEditing={say} />
      <FlatList
        role="list"
        data={chat?.said}
        keyExtractor={({ id }) => String(id)}
        renderItem={({ item }) => <Text role="listitem">{item.text}</Text>}
      />
    </View>
  );
}
