package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.ObjectAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Turns arguments into addresses, and nonsense into exit code 2. */
final class Addresses implements ITypeConverter<ObjectAddress> {
    @Override
    public ObjectAddress convert(String text) {
        try {
            return ObjectAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
