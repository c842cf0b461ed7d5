namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>The fields of journal entries that matter here (systemd.journal-fields(7)).</summary>
internal enum JournalField : byte
{
    /// <summary>Any other.</summary>
    Other,
    Message,
    Priority,
    Identifier,
    Facility,
    Transport,
    Host,
    KernelDevice,
    KernelSubsystem,
    SourceMonotonic,
    IsPeripety,
    Json,
}

/// <summary>Tells fields apart by their names.</summary>
internal static class JournalFields
{
    /// <summary>The longest name with its equals sign.</summary>
    public const int MaxNameBytes = 28;

    /// <summary>Which field <c>NAME=value</c> is, and how long <c>NAME=</c> is.</summary>
    public static JournalField Of(ReadOnlySpan<byte> payload, out int nameLength)
    {
        JournalField field = JournalField.Other;
        nameLength = 0;
        if (payload.Length < 5) return field;
        switch (payload[0])
        {
            case (byte)'M': Is("MESSAGE="u8, JournalField.Message, payload, ref field, ref nameLength); break;
            case (byte)'P': Is("PRIORITY="u8, JournalField.Priority, payload, ref field, ref nameLength); break;
            case (byte)'J': Is("JSON="u8, JournalField.Json, payload, ref field, ref nameLength); break;
            case (byte)'I': Is("IS_PERIPETY="u8, JournalField.IsPeripety, payload, ref field, ref nameLength); break;
            case (byte)'S':
                Is("SYSLOG_IDENTIFIER="u8, JournalField.Identifier, payload, ref field, ref nameLength);
                Is("SYSLOG_FACILITY="u8, JournalField.Facility, payload, ref field, ref nameLength);
                break;
            case (byte)'_':
                Is("_TRANSPORT="u8, JournalField.Transport, payload, ref field, ref nameLength);
                Is("_HOSTNAME="u8, JournalField.Host, payload, ref field, ref nameLength);
                Is("_KERNEL_DEVICE="u8, JournalField.KernelDevice, payload, ref field, ref nameLength);
                Is("_KERNEL_SUBSYSTEM="u8, JournalField.KernelSubsystem, payload, ref field, ref nameLength);
                Is("_SOURCE_MONOTONIC_TIMESTAMP="u8, JournalField.SourceMonotonic, payload, ref field, ref nameLength);
                break;
        }

        return field;
    }

    private static void Is(ReadOnlySpan<byte> name, JournalField candidate, ReadOnlySpan<byte> payload, ref JournalField field, ref int nameLength)
    {
        if (!payload.StartsWith(name)) return;
        (field, nameLength) = (candidate, name.Length);
    }
}
