"""The mails of an instance that delivers to a maildir."""

import email
import email.policy
import os
import re

from support.waiting import wait_until

CODE = re.compile(r"^ {4}([A-Z0-9]{6})\r?$", re.MULTILINE)


class MailDrop:
    def __init__(self, folder):
        self.folder = str(folder)

    def messages(self, address=None):
        """The mails in the order they came, to `address` when it is given."""
        new = os.path.join(self.folder, "new")
        found = []
        for name in os.listdir(new) if os.path.isdir(new) else []:
            path = os.path.join(new, name)
            with open(path, "rb") as file:
                message = email.message_from_binary_file(file, policy=email.policy.default)
            if address is None or address.lower() in str(message["To"]).lower():
                found.append((os.stat(path).st_mtime_ns, name, message))
        return [message for _, _, message in sorted(found, key=lambda item: item[:2])]

    def wait_for(self, address, count=1, deadline=10):
        """The mails to `address`, once there are at least `count`."""
        def enough():
            messages = self.messages(address)
            return messages if len(messages) >= count else None
        return wait_until(enough, deadline, f"{count} mail(s) to {address}")

    def wait_for_code(self, address, count=1, deadline=10):
        """The code in the latest mail to `address`, once `count` mails have come."""
        message = self.wait_for(address, count, deadline)[-1]
        return code_of(message)


def text_of(message):
    return message.get_body(("plain",)).get_content()


def code_of(message):
    found = CODE.search(text_of(message))
    assert found, f"no code in the mail {message['Subject']!r}"
    return found.group(1)
