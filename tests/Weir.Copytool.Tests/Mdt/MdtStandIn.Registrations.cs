using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;

namespace Weir.Copytool.Tests.Mdt;

/// <summary>A copytool that registered without a coordinator in front: what the kernel would have a pipe for.</summary>
/// <param name="Pipe">Where messages go.</param>
/// <param name="ProcessId">Whose.</param>
/// <param name="Archives">Empty: all.</param>
internal sealed record MdtRegistration(Socket Pipe, int ProcessId, int[] Archives);

internal sealed partial class MdtStandIn
{
    private readonly List<MdtRegistration> _registrations = [];

    /// <summary>Waits for a copytool to register, one that is not among the known.</summary>
    public async Task<MdtRegistration> WaitForRegistrationAsync(params MdtRegistration[] known)
    {
        MdtRegistration? found = null;
        await WaitAsync(() => (found = _registrations.Find(registration => !known.Contains(registration))) is not null, "registration");
        return found!;
    }

    public Task WaitForUnregistrationAsync(MdtRegistration registration) =>
        WaitAsync(() => !_registrations.Contains(registration), "end of the registration");

    /// <summary>A message as the kernel puts it into the pipe: transport 2 and type 100 are an action list.</summary>
    public static byte[] KernelMessage(byte transport, ushort type, ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(message, 0x191c);
        message[2] = transport;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), (ushort)message.Length);
        payload.CopyTo(message.AsSpan(8));
        return message;
    }

    public static byte[] Shutdown() => KernelMessage(1, 1, []);

    public static byte[] ActionList(ReadOnlySpan<byte> list) => KernelMessage(2, 100, list);

    private void Register(Socket connection, string line)
    {
        string[] words = line.Split(' ');
        lock (_lock)
        {
            _registrations.Add(new(connection, int.Parse(words[1], CultureInfo.InvariantCulture), [.. words.Skip(4).Select(word => int.Parse(word, CultureInfo.InvariantCulture))]));
            MeetWaiters();
        }
    }
}
