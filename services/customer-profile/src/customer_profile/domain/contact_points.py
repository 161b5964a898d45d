"""Normal forms of e-mail addresses and phone numbers: each contact point is written in one way."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email


class ContactPointError(ValueError):
    """A text that is no usable contact point; the message never repeats the text."""


def normalise_email(text: str) -> str:
    """Return the address in its normal form (RFC 5321, RFC 6531: domain in lower case, Unicode NFC).

    No lookup checks whether the domain receives mail. Raises ContactPointError.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ContactPointError("is not an e-mail address of the form name@domain") from error


def normalise_phone(text: str, region: str | None) -> str:
    """Return the number in E.164 form (+573001234567).

    `region` (ISO 3166-1 alpha-2) completes a number without its country code; with None such a number is refused.
    Google's numbering plans (libphonenumber) decide about validity. Raises ContactPointError.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ContactPointError("is not a phone number; write it with its country code, as in +573001234567") from error
    if not phonenumbers.is_valid_number(number):
        raise ContactPointError("does not exist in its country's numbering plan; check country code and digits")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_spellings(number: str) -> set[str]:
    """Return the digits in which a number in E.164 form may be written: with and without country code and prefixes."""
    national = phonenumbers.national_significant_number(phonenumbers.parse(number, None))
    international = number.removeprefix("+")
    return {national, f"0{national}", international, f"00{international}"}
