namespace Weir.Server.Events.Varlink;

/// <summary>The interfaces in varlink's own language (https://varlink.org/Interface-Definition).</summary>
internal static class InterfaceText
{
    public const string StorageEvents = """
        # Storage events, and the block devices they are about
        interface io.weir.StorageEvents

        # Which events are wanted; what is left out takes all
        type Filter (
          severity: ?string,
          sub_systems: ?[]string,
          event_types: ?[]string,
          blocks: ?[]string
        )

        # Events as they happen; to be called with "more". The first answer is without an event, and says that from then on none is missed
        method Monitor(filter: ?Filter) -> (event: ?object)

        # Events that have happened, oldest first; with a limit the newest of them. since is a date and time
        method Query(filter: ?Filter, since: ?string, limit: ?int) -> (events: []object)

        # What a block device is, by any of its names, and what stands on it
        method Info(block: string) -> (name: string, device: object, hierarchy: object, transport: [string]string, vanished: bool)

        error BlockNotFound (block: string)

        """;

    public const string Service = """
        # The Varlink Service Interface is provided by every varlink service. It describes the service and the interfaces it implements.
        interface org.varlink.service

        # Get a list of all the interfaces a service provides and information about the implementation.
        method GetInfo() -> (vendor: string, product: string, version: string, url: string, interfaces: []string)

        # Get the description of an interface that is implemented by this service.
        method GetInterfaceDescription(interface: string) -> (description: string)

        # The requested interface was not found.
        error InterfaceNotFound (interface: string)

        # The requested method was not found
        error MethodNotFound (method: string)

        # The interface defines the requested method, but the service does not implement it.
        error MethodNotImplemented (method: string)

        # One of the passed parameters is invalid.
        error InvalidParameter (parameter: string)

        # Client is denied access
        error PermissionDenied ()

        # Method is expected to be called with 'more' set to true, but wasn't
        error ExpectedMore ()

        """;
}
