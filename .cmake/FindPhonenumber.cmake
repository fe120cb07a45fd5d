# Phonenumber::phonenumber and Phonenumber::geocoding.  The libraries come from apt; the headers from ${BAUTA_DEPS}, where `./dev`
# unpacks them: Debian's libphonenumber-dev insists on Boost 1.74 although its headers use no Boost, and we use 1.81.
find_path(Phonenumber_INCLUDE_DIR phonenumbers/phonenumberutil.h HINTS ${BAUTA_DEPS}/usr/include)
find_library(Phonenumber_LIBRARY NAMES phonenumber libphonenumber.so.8)
find_library(Phonenumber_GEOCODING_LIBRARY NAMES geocoding libgeocoding.so.8)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Phonenumber
  REQUIRED_VARS Phonenumber_LIBRARY Phonenumber_GEOCODING_LIBRARY Phonenumber_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run ./dev setup first")
mark_as_advanced(Phonenumber_INCLUDE_DIR Phonenumber_LIBRARY Phonenumber_GEOCODING_LIBRARY)

if(Phonenumber_FOUND AND NOT TARGET Phonenumber::phonenumber)
  find_package(Protobuf REQUIRED)
  find_package(ICU REQUIRED COMPONENTS uc)  # the geocoder's Locale
  foreach(name phonenumber geocoding)
    add_library(Phonenumber::${name} SHARED IMPORTED)
    target_include_directories(Phonenumber::${name} SYSTEM INTERFACE ${Phonenumber_INCLUDE_DIR})
    target_link_libraries(Phonenumber::${name} INTERFACE protobuf::libprotobuf ICU::uc)
  endforeach()
  set_target_properties(Phonenumber::phonenumber PROPERTIES IMPORTED_LOCATION ${Phonenumber_LIBRARY})
  set_target_properties(Phonenumber::geocoding PROPERTIES IMPORTED_LOCATION ${Phonenumber_GEOCODING_LIBRARY})
  target_link_libraries(Phonenumber::geocoding INTERFACE Phonenumber::phonenumber)
endif()
