using System.Runtime.CompilerServices;

namespace Weir.Lustre.HsmFiles;

/// <summary>
/// What <c>lctl get_param</c> puts before each MDT's output: <c>mdt.&lt;device&gt;.hsm.&lt;parameter&gt;=</c>, with the value on
/// the lines after it or, when it is short, behind it.
/// </summary>
internal readonly ref struct ParamHeader
{
    private const int MaxDeviceBytes = 64;

    /// <summary>As <c>testfs-MDT0000</c>; empty when the header cannot be read.</summary>
    public ReadOnlySpan<byte> Device { get; private init; }

    /// <summary>As <c>actions</c>.</summary>
    public ReadOnlySpan<byte> Parameter { get; private init; }

    /// <summary>What stands before the header on its line: a line that was cut off there.</summary>
    public ReadOnlySpan<byte> Before { get; private init; }

    /// <summary>What stands after the equals sign.</summary>
    public ReadOnlySpan<byte> After { get; private init; }

    /// <summary>Whether the line is a header, or ends in one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryFind(ReadOnlySpan<byte> line, out ParamHeader header)
    {
        header = default;
        if (line.IsEmpty) return false;
        if (line[0] == 'm' && line.StartsWith("mdt."u8))
        {
            int equals = line.IndexOf((byte)'=');
            ReadOnlySpan<byte> name = equals < 0 ? line : line[..equals];
            header = Split(name["mdt."u8.Length..]) with { After = equals < 0 ? default : line[(equals + 1)..] };
            return true;
        }

        if (line[^1] != '=') return false;
        int start = line.LastIndexOf("mdt."u8);
        if (start < 0) return false;
        header = Split(line[(start + "mdt."u8.Length)..^1]) with { Before = line[..start] };
        return true;
    }

    private static ParamHeader Split(ReadOnlySpan<byte> name)
    {
        int hsm = name.IndexOf(".hsm."u8);
        if (hsm < 0 || hsm > MaxDeviceBytes) return default;
        ReadOnlySpan<byte> device = name[..hsm];
        foreach (byte b in device)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b != '-' && b != '_') return default;
        }

        return new() { Device = device, Parameter = name[(hsm + ".hsm."u8.Length)..] };
    }
}
