using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Weir.Copytool.Tests.Native;
using Weir.Lustre;
using Weir.Lustre.Llapi;
using Weir.Lustre.Tests.Llapi;

namespace Weir.Copytool.Tests.Mdt;

/// <summary>A copytool that registered without a coordinator in front: what the kernel would have a pipe for.</summary>
/// <param name="Pipe">Where messages go.</param>
/// <param name="ProcessId">Whose.</param>
/// <param name="Archives">Empty: all.</param>
internal sealed record MdtRegistration(Socket Pipe, int ProcessId, int[] Archives);

internal sealed partial class MdtStandIn
{
    private readonly List<MdtRegistration> _registrations = [];

    public MdtRegistration[] Registrations
    {
        get
        {
            lock (_lock) return [.. _registrations];
        }
    }

    /// <summary>Where <see cref="WriteActiveRequests"/> writes.</summary>
    public string ActiveRequestsPath => Path.Combine(Root, "active_requests");

    /// <summary>Waits for a copytool to register, one that is not among the known.</summary>
    public async Task<MdtRegistration> WaitForRegistrationAsync(params MdtRegistration[] known)
    {
        MdtRegistration? found = null;
        await WaitAsync(() => (found = _registrations.Find(registration => !known.Contains(registration))) is not null, "registration");
        return found!;
    }

    public Task WaitForUnregistrationAsync(MdtRegistration registration) =>
        WaitAsync(() => !_registrations.Contains(registration), "end of the registration");

    /// <summary>Sends requests as the kernel does, in lists of a few kilobytes.</summary>
    public static async Task SendAsync(MdtRegistration registration, IEnumerable<HsmRequest> requests, MdtAction? instead = null, uint archiveId = 1)
    {
        foreach (HsmRequest[] part in requests.Chunk(50))
        {
            var list = new ActionListBytes("lustre", archiveId, 0);
            foreach (HsmRequest request in part)
            {
                var fid = new Fid(HsmRequest.Sequence, request.ObjectId, 0);
                list.Add(new HsmActionItem { ActionNumber = (uint)(instead ?? request.Action), Fid = fid, DataFid = fid, ExtentLength = ulong.MaxValue, Cookie = (ulong)request.Cookie });
            }

            foreach (HsmRequest request in part) request.IsSent = true;
            await registration.Pipe.SendAsync(ActionList(list.ToArray()), SocketFlags.None, Within.Test);
        }
    }

    /// <summary>The kernel's file of what was sent and has not ended.</summary>
    public void WriteActiveRequests()
    {
        lock (_lock)
        {
            File.WriteAllLines(ActiveRequestsPath, _requests.Values.Where(request => request is { IsSent: true, IsEnded: false }).Select(request => string.Create(
                CultureInfo.InvariantCulture,
                $"fid=[{request.Fid}] dfid=[{request.Fid}] compound/cookie=0x0/0x{request.Cookie:x} action={request.Action.ToString().ToUpperInvariant()} archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=0 uuid=coordinator done=0")));
        }
    }

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
