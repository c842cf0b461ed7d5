using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Weir.BlockEvents.Parsers.Ata;
using Weir.BlockEvents.Parsers.Scsi;

namespace Weir.BlockEvents.Parsers.Incidents;

/// <summary>Works out what the lines of a failure say: sense data and commands by their names in T10's lists, and one sentence for people.</summary>
internal static class FailureDetails
{
    /// <summary>The fields of the lines, and what they mean.</summary>
    public static ImmutableSortedDictionary<string, string> Decode(Failure failure)
    {
        ImmutableSortedDictionary<string, string>.Builder extension = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in failure.Fields) extension[name] = value;
        if (failure.LineCount > 1) extension["lines"] = failure.LineCount.ToString(CultureInfo.InvariantCulture);
        DecodeSense(extension);
        DecodeCommand(extension);
        DecodeTaskFile(extension);
        return extension.ToImmutable();
    }

    /// <summary>What happened, in one sentence; the line itself where it says it best.</summary>
    public static string Describe(Failure failure, ImmutableSortedDictionary<string, string> extension)
    {
        string? reason = extension.GetValueOrDefault("additional_sense") ?? extension.GetValueOrDefault("sense_key_name") ?? extension.GetValueOrDefault("reason");
        if (!failure.IsCommand || (reason is null && !extension.ContainsKey("opcode_name"))) return failure.FirstText;
        var text = new StringBuilder(failure.Device.Length > 0 ? failure.Device : failure.Rule.SubSystem).Append(": ");
        if (extension.GetValueOrDefault("sense_key_name") is { } key && key != reason) text.Append(key).Append(", ");
        text.Append(reason ?? extension.GetValueOrDefault("hostbyte") ?? "command failed");
        if (extension.TryGetValue("opcode_name", out string? command) || extension.TryGetValue("command", out command)) text.Append("; ").Append(command);
        if (extension.TryGetValue("lba", out string? lba)) text.Append(" at block ").Append(lba);
        if (extension.TryGetValue("blocks", out string? blocks)) text.Append(", ").Append(blocks).Append(" blocks");
        if (failure.Count > 1) text.Append(CultureInfo.InvariantCulture, $" ({failure.Count} times)");
        return text.ToString();
    }

    private static void DecodeSense(ImmutableSortedDictionary<string, string>.Builder extension)
    {
        if (extension.TryGetValue("sense_key", out string? text) && SenseKeys.Parse(text) is >= 0 and var key)
        {
            extension["sense_key"] = string.Create(CultureInfo.InvariantCulture, $"0x{key:x}");
            extension["sense_key_name"] = SenseKeys.NameOf(key);
        }

        if (extension.TryGetValue("add_sense", out string? name))
        {
            extension.Remove("add_sense");
            extension["additional_sense"] = name;
            if (AdditionalSenseCodes.TryFind(name, out byte asc, out byte ascq)) SetCodes(extension, asc, ascq);
        }
        else if (TryHex(extension.GetValueOrDefault("asc"), out byte code) && TryHex(extension.GetValueOrDefault("ascq"), out byte qualifier))
        {
            SetCodes(extension, code, qualifier);
            if (AdditionalSenseCodes.NameOf(code, qualifier) is { } known) extension["additional_sense"] = known;
        }
    }

    private static void DecodeCommand(ImmutableSortedDictionary<string, string>.Builder extension)
    {
        if (!extension.TryGetValue("cdb", out string? text) || !CommandBlock.TryParse(text, out CommandBlock? command)) return;
        extension["opcode"] = string.Create(CultureInfo.InvariantCulture, $"0x{command!.Opcode:x2}");
        extension["opcode_name"] = command.Name;
        SetBlocks(extension, command.Lba, command.Blocks);
    }

    private static void DecodeTaskFile(ImmutableSortedDictionary<string, string>.Builder extension)
    {
        if (extension.TryGetValue("taskfile", out string? text) && TaskFile.TryParse(text, out TaskFile command))
        {
            extension["ata_command"] = string.Create(CultureInfo.InvariantCulture, $"0x{command.First:x2}");
            if (!extension.ContainsKey("lba") && command.First is not (0xEA or 0xE7 or 0xEC)) SetBlocks(extension, command.Lba, (ulong)command.Sectors);
        }

        if (extension.TryGetValue("result", out text) && TaskFile.TryParse(text, out TaskFile result))
        {
            extension["ata_status"] = string.Create(CultureInfo.InvariantCulture, $"0x{result.First:x2}");
            extension["ata_error"] = string.Create(CultureInfo.InvariantCulture, $"0x{result.Second:x2}");
            // The address that failed, where the device says one: bit UNC or IDNF of the error register.
            if ((result.Second & 0x50) != 0) extension["failed_lba"] = result.Lba.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static void SetBlocks(ImmutableSortedDictionary<string, string>.Builder extension, ulong? lba, ulong? blocks)
    {
        if (lba is { } first) extension["lba"] = first.ToString(CultureInfo.InvariantCulture);
        if (blocks is { } count) extension["blocks"] = count.ToString(CultureInfo.InvariantCulture);
        if (lba is { } start && blocks is > 0 and var length && start <= ulong.MaxValue - length) extension["lba_last"] = (start + length - 1).ToString(CultureInfo.InvariantCulture);
    }

    private static void SetCodes(ImmutableSortedDictionary<string, string>.Builder extension, byte asc, byte ascq)
    {
        extension["asc"] = string.Create(CultureInfo.InvariantCulture, $"0x{asc:x2}");
        extension["ascq"] = string.Create(CultureInfo.InvariantCulture, $"0x{ascq:x2}");
    }

    private static bool TryHex(string? text, out byte value)
    {
        value = 0;
        return text is not null && byte.TryParse(text.AsSpan(text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
