using System.Runtime.InteropServices;
using Weir.Copytool.Tests.Mdt;

namespace Weir.Copytool.Tests.Llapi;

/// <summary>The metadata target of the stand-in when it is loaded into the tests' own process.</summary>
internal static partial class StandInProcess
{
    private static readonly Lazy<MdtStandIn> Only = new(() =>
    {
        var mdt = new MdtStandIn();
        // .NET's own view of the environment is a copy that getenv(3) does not see.
        Assert.Equal(0, SetVariable("STANDIN_MDT", mdt.SocketPath, 1));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(mdt.Root, recursive: true);
        return mdt;
    });

    public static MdtStandIn Mdt => Only.Value;

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
